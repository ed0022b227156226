"""The room's API on the editor's origin (bearer token)."""

from django.urls import path

from candyce.assignments import api, exercise_api
from candyce.assignments.notices import api as notices_api

app_name = "assignments-api"
urlpatterns = [
    path("hand-in", api.hand_in, name="hand_in"),
    path("take-back", api.take_back, name="take_back"),
    path("exercise/preview", exercise_api.preview, name="preview"),
    path("notices", notices_api.notices, name="notices"),
    path("notices/seen", notices_api.seen, name="notices_seen"),
]
