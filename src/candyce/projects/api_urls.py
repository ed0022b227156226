"""The room's API on the editor's origin (bearer token)."""

from django.urls import path

from candyce.projects import api, conduct_api

app_name = "projects-api"
urlpatterns = [
    path("project", api.project, name="project"),
    path("tree", api.tree, name="tree"),
    path("token", api.token, name="token"),
    path("files", api.file, name="files"),
    path("files/", api.file, name="root"),
    path("files/<path:path>", api.file, name="file"),
    path("room/hold", conduct_api.hold, name="hold"),
    path("room/pen", conduct_api.pen, name="pen"),
    path("room/outputs", conduct_api.outputs, name="outputs"),
    path("raw/<path:path>", api.raw, name="raw"),
]
