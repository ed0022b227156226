"""The request of a view behind ``login_required``, for the type checker."""

from __future__ import annotations

from django.http import HttpRequest

from candyce.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request whose person is known."""

    user: User
    LANGUAGE_CODE: str
