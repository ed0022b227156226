"""Pages of the room, on the portal."""

from django.urls import path

from candyce.projects import file_views, views
from candyce.projects.exchange import views as exchange

app_name = "projects"
urlpatterns = [
    path("", views.list_, name="list"),
    path("new/", views.create, name="create"),
    path("import/", exchange.import_, name="import"),
    path("import/git/", exchange.import_git, name="import_git"),
    path("trash/", views.trash, name="trash"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/open/", views.open_, name="open"),
    path("<uuid:pk>/reconnect/", views.reconnect, name="reconnect"),
    path("<uuid:pk>/rename/", views.rename, name="rename"),
    path("<uuid:pk>/duplicate/", views.duplicate, name="duplicate"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
    path("<uuid:pk>/restore/", views.restore, name="restore"),
    path("<uuid:pk>/export/", views.export, name="export"),
    path("<uuid:pk>/export/<slug:format_>/", exchange.export, name="export_as"),
    path("<uuid:pk>/file/", file_views.show, name="file"),
    path("<uuid:pk>/image/", file_views.image, name="image"),
    path("<uuid:pk>/upload/", file_views.upload, name="upload"),
    path("<uuid:pk>/replace/", file_views.replace, name="replace"),
    path("<uuid:pk>/delete-file/", file_views.delete, name="delete_file"),
    path("<uuid:pk>/members/", views.members, name="members"),
    path(
        "<uuid:pk>/versions/<uuid:version>/duplicate/",
        views.duplicate_version,
        name="duplicate_version",
    ),
]
