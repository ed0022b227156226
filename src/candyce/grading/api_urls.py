"""The room's API on the editor's origin (bearer token)."""

from django.urls import path

from candyce.grading import api

app_name = "grading-api"
urlpatterns = [path("exercise/hint", api.hint, name="hint")]
