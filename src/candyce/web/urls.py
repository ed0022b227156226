"""Pages of the house itself."""

from django.urls import path

from candyce.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
]
