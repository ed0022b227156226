"""Pages of the house itself."""

from django.urls import path

from candyce.web import offline, views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("offline/", offline.page, name="offline"),
    path("offline/keys.json", offline.keys, name="offline_keys"),
    path("sw.js", offline.worker, name="offline_worker"),
    path("healthz", views.health, name="health"),
]
