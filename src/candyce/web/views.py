"""Home, and the pages of errors."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import CandyceError, Forbidden, NotFound
from candyce.web.queries import get_home


def home(request: HttpRequest) -> HttpResponse:
    """The first page of each role."""
    if not request.user.is_authenticated:
        return redirect("accounts:sign_in")
    return render(request, "web/home.html", get_home(request.user))


def _page(request: HttpRequest, error: CandyceError, status: int) -> HttpResponse:
    return render(request, "web/error.html", {"error": error, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, CandyceError(_("This request is not valid.")), 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, Forbidden(), 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's secret is missing or old: usually a page left open over a new sign-in."""
    message = _("This page was open for too long. Go back, reload it and send the form again.")
    return _page(request, Forbidden(message, code="csrf"), 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, NotFound(), 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(
        request, CandyceError(_("Candyce met an error. Your work is safe; try again.")), 500
    )


def api_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return JsonResponse(NotFound().as_dict(), status=404)


def api_server_error(request: HttpRequest) -> HttpResponse:
    error = CandyceError(_("Candyce met an error. Your work is safe; try again."))
    return JsonResponse(error.as_dict(), status=500)


def health(request: HttpRequest) -> HttpResponse:
    """For load balancers and the launcher: the process answers, and so does its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
