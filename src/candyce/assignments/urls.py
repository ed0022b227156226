"""Pages of the room, on the portal."""

app_name = "assignments"
urlpatterns: list = []
