"""The room's API on the editor's origin (bearer token)."""

app_name = "assignments-api"
urlpatterns: list = []
