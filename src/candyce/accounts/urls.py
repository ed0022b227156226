"""Pages of the room, on the portal."""

from django.urls import path

from candyce.accounts.views import session

app_name = "accounts"
urlpatterns = [
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-in/demo/", session.demo_sign_in, name="demo_sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("preferences/", session.preferences, name="preferences"),
    path("preferences/password/", session.change_password, name="change_password"),
    path("preferences/display/", session.set_display, name="set_display"),
]
