"""The room's API on the editor's origin (bearer token)."""

from django.urls import path

from candyce.collab import api

app_name = "collab-api"
urlpatterns = [
    path("comments", api.threads, name="comments"),
    path("comments/<uuid:pk>/reply", api.reply, name="reply"),
    path("comments/<uuid:pk>/resolve", api.resolve, name="resolve"),
    path("comments/<uuid:pk>/show", api.show, name="show"),
    path("comments/messages/<uuid:pk>", api.message, name="message"),
]
