"""Pages of the room, on the portal."""

app_name = "projects"
urlpatterns: list = []
