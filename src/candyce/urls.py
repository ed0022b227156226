"""URLs of the portal's origin."""

from django.urls import include, path

handler400 = "candyce.web.views.bad_request"
handler403 = "candyce.web.views.permission_denied"
handler404 = "candyce.web.views.page_not_found"
handler500 = "candyce.web.views.server_error"

urlpatterns = [
    path("", include("candyce.web.urls")),
    path("", include("candyce.accounts.urls")),
    path("projects/", include("candyce.projects.urls")),
    path("projects/", include("candyce.collab.urls")),
    path("library/", include("candyce.library.urls")),
    path("", include("candyce.library.opendata.urls")),
    path("", include("candyce.assignments.urls")),
    path("", include("candyce.grading.urls")),
]
