"""The room's API on the editor's origin (bearer token)."""

app_name = "projects-api"
urlpatterns: list = []
