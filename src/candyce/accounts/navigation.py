"""Where to go after signing in: only to the portal's own pages."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2000


def get_next(request: HttpRequest, default: str = "web:home") -> str:
    """The ``next`` of the form or address when it is a path of the portal, else the default page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if is_own_path(wanted) and not wanted.startswith(reverse("accounts:sign_in")):
        return wanted
    return reverse(default)


def is_own_path(path: str) -> bool:
    """Whether it is an absolute path without a host, however a browser might read it."""
    return (
        path.startswith("/")
        and len(path) <= LONGEST
        and path.isprintable()
        and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    )
