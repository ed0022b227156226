"""Pages of the room, on the portal."""

app_name = "library"
urlpatterns: list = []
