"""Signing in and out, and one's own choices."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts import throttle
from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.accounts.signals import announce_sign_in_ended
from candyce.lib.errors import BadRequest, NotFound


class WrongPassword(BadRequest):
    code = "wrong_password"
    default_message = _("This username and this password do not go together.")


def do_sign_in(request: HttpRequest, username: str, password: str) -> User:
    """Verify and open a session.

    Raises :class:`WrongPassword` (the same for an unknown, inactive or mistyped account) or
    :class:`throttle.TooManySignIns`.
    """
    attempt = throttle.begin_attempt(username, request.META.get("REMOTE_ADDR") or None)
    user = authenticate(request, username=username, password=password)
    if user is None or (user.is_demo and not settings.CANDYCE_DEMO):
        raise WrongPassword
    throttle.forgive(attempt)
    _open_session(request, user)
    return user


def do_demo_sign_in(request: HttpRequest, username: str) -> User:
    """Open a session as an invented person; raises :class:`NotFound` outside the demonstration."""
    if not settings.CANDYCE_DEMO or "\x00" in username:
        raise NotFound
    user = User.objects.filter(username=username, is_demo=True, is_active=True).first()
    if user is None:
        raise NotFound
    _open_session(request, user)
    return user


def do_sign_out(request: HttpRequest) -> None:
    """Close the session here and the editor's tokens everywhere."""
    user = request.user
    if isinstance(user, User):
        User.objects.filter(pk=user.pk).update(signed_out_at=timezone.now())
        announce_sign_in_ended([user.pk])
    logout(request)


@transaction.atomic
def do_set_password(request: HttpRequest, password: str, *, acting_user: User) -> None:
    """Change one's own password; other sessions and the editor's tokens end, this session stays."""
    acting_user.set_password(password)
    acting_user.must_change_password = False
    acting_user.signed_out_at = timezone.now()
    acting_user.save(update_fields=["password", "must_change_password", "signed_out_at"])
    announce_sign_in_ended([acting_user.pk])
    update_session_auth_hash(request, acting_user)
    do_audit("changed_password", acting_user, acting_user=acting_user)


def do_set_display(*, language: str | None, theme: str | None, acting_user: User) -> None:
    """Keep the person's language or theme (``""``: as the browser has it; ``None``: as it was)."""
    fields = []
    if language is not None:
        acting_user.language = language
        fields.append("language")
    if theme is not None:
        acting_user.theme = theme
        fields.append("theme")
    acting_user.save(update_fields=fields)


def _open_session(request: HttpRequest, user: User) -> None:
    # `login` gives the session a new key, or a new session when someone else's was open: a key
    # planted before the sign-in is worth nothing after it.
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    if user.language:
        request.session["language"] = user.language
    else:
        request.session.pop("language", None)
