"""URLs of the editor's origin: an API under a bearer token, no page, no cookie.

The editor's static site under ``/edit/`` and the live documents under ``/collab/`` are served by
``candyce.asgi`` before Django.
"""

from django.urls import include, path

handler404 = "candyce.web.views.api_not_found"
handler500 = "candyce.web.views.api_server_error"

urlpatterns = [
    path("api/", include("candyce.projects.api_urls")),
    path("api/", include("candyce.collab.api_urls")),
    path("api/", include("candyce.assignments.api_urls")),
    path("api/", include("candyce.grading.api_urls")),
]
