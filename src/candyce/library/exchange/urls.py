"""Pages of the sub-room."""

from django.urls import path
from django.views.generic import RedirectView

from candyce.library.exchange import views

urlpatterns = [
    path("import/", RedirectView.as_view(pattern_name="projects:import"), name="import"),
    path("<slug:slug>/export/<slug:format_>/", views.export, name="export"),
]
