"""The request of a page that only signed-in people reach."""

from __future__ import annotations

from django.http import HttpRequest

from candyce.accounts.models import User


class SignedInRequest(HttpRequest):
    """For annotations behind ``login_required``: there ``request.user`` is a person, never anonymous."""

    user: User  # type: ignore[assignment]
