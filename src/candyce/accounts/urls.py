"""Pages of the room, on the portal."""

app_name = "accounts"
urlpatterns: list = []
