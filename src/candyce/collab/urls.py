"""Pages of the room, on the portal: the history of a project's files."""

from django.urls import path

from candyce.collab import views

app_name = "collab"
urlpatterns = [
    path("<uuid:pk>/history/", views.history, name="history"),
    path("<uuid:pk>/history/moment/", views.moment, name="moment"),
    path("<uuid:pk>/history/compare/", views.compare, name="compare"),
    path("<uuid:pk>/history/play/", views.play, name="play"),
    path("<uuid:pk>/history/frames/", views.frames, name="frames"),
    path("<uuid:pk>/history/restore/", views.restore, name="restore"),
    path("<uuid:pk>/history/fork/", views.fork, name="fork"),
    path("<uuid:pk>/history/name/", views.name, name="name"),
    path("<uuid:pk>/history/unname/", views.unname, name="unname"),
]
