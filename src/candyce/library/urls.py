"""Pages of the room, on the portal."""

from django.urls import include, path

from candyce.library import views

app_name = "library"
urlpatterns = [
    path("", include("candyce.library.finding.urls")),
    path("", include("candyce.library.exchange.urls")),
    path("", include("candyce.library.publishing.urls")),
    path("", include("candyce.library.trust.urls")),
    path("", include("candyce.library.advice.urls")),
    path("", include("candyce.library.sequences.urls")),
    path("", include("candyce.library.peers.urls")),
    path("<slug:slug>/", views.show_resource, name="detail"),
    path("<slug:slug>/adapt/", views.adapt, name="adapt"),
]
