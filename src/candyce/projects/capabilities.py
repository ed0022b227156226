"""From a token to what its bearer may do now: the door of the editor's origin.

A token is an upper bound. At each call the person must still be active, not have signed out since the
chain of tokens began, and have the right in the database.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import NotSignedIn
from candyce.projects import tokens
from candyce.projects.access import (
    COMMENT,
    SUBMIT,
    WRITE,
    ProjectDeleted,
    Rights,
    check_rights,
    get_rights,
)
from candyce.projects.models import Project, Reconnection
from candyce.projects.tokens import SessionEnded, Token

RECONNECTION_LIFETIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Capability:
    """A person in a project. ``rights`` are the present ones within the token's scopes."""

    token: Token
    user: User
    project: Project
    rights: Rights


def get_capability(
    text: str, *needed: str, project_id: uuid.UUID | str | None = None
) -> Capability:
    """The guarded fetch for bearers of a token; ``needed`` rights besides reading.

    Raises :class:`NotSignedIn`, :class:`TokenExpired` or :class:`SessionEnded` (401), :class:`Forbidden`
    (403), :class:`NotFound` or :class:`ProjectDeleted` (404). ``project_id``: the only project for which
    the token is accepted (an address may name another).
    """
    token = tokens.read(text)
    if project_id is not None and str(token.project_id) != str(project_id):
        raise NotSignedIn
    user = _get_user(token)
    if not is_signed_in(user, token.first_issued):
        raise SessionEnded
    return _get_capability(token, user, *needed)


def _get_user(token: Token) -> User:
    user = User.objects.filter(pk=token.user_id, is_active=True).first()
    if user is None:
        raise SessionEnded
    return user


def is_signed_in(user: User, since: float) -> bool:
    """Whether the person has not signed out since this moment (``Token.first_issued``)."""
    return user.signed_out_at is None or user.signed_out_at.timestamp() < since


def _get_capability(token: Token, user: User, *needed: str) -> Capability:
    project = Project.objects.filter(pk=token.project_id).first()
    if project is None:
        raise ProjectDeleted
    present = get_rights(user, project)
    rights = Rights(present.scopes & frozenset(token.scopes), present.reason)
    check_rights(rights, *needed)
    return Capability(token, user, project, rights)


def renew_token(text: str) -> Token:
    """The next token of a page that stays open, with the person's present rights.

    An expired token is accepted while its chain is younger than a day and the person has not signed out
    since it began, or has let this page go on after signing in again (:func:`do_reconnect`).
    """
    token = tokens.read(text, allow_expired=True)
    user = _get_user(token)
    alive = time.time() <= token.first_issued + tokens.CHAIN_LIFETIME
    if not alive or not is_signed_in(user, token.first_issued):
        token = _get_reconnected(token, user)
    project = Project.objects.filter(pk=token.project_id).first()
    if project is None:
        raise ProjectDeleted
    rights = get_rights(user, project)
    check_rights(rights)
    return tokens.renew(token, get_token_scopes(rights))


def get_token_scopes(rights: Rights) -> tuple[str, ...]:
    """What a token is made with: the present rights, and those that a moment gives or takes.

    A held notebook is let go, a pen handed over, a copy taken back, while the same token lives on: without
    these scopes its page could not write until it renews. Every call asks for the present rights as well.
    """
    return get_scopes(replace(rights, scopes=rights.scopes | {COMMENT, WRITE, SUBMIT}))


def get_scopes(rights: Rights) -> tuple[str, ...]:
    """The rights that a token may carry, in their fixed order."""
    return tuple(scope for scope in tokens.SCOPES if scope in rights)


def _get_reconnected(token: Token, user: User) -> Token:
    after = datetime.now(UTC) - RECONNECTION_LIFETIME
    if user.signed_out_at is not None:
        after = max(after, user.signed_out_at)
    reconnection = (
        Reconnection.objects.filter(
            user=user, project_id=token.project_id, chain=token.first_issued, at__gt=after
        )
        .order_by("-at")
        .first()
    )
    if reconnection is None:
        raise SessionEnded
    return tokens.issue(
        token.project_id, token.user_id, token.scopes, now=reconnection.at.timestamp()
    )


def do_reconnect(project: Project, chain: float, *, acting_user: User) -> None:
    """Let the page whose chain of tokens began at ``chain`` go on, within the next ten minutes."""
    with transaction.atomic():
        Reconnection.objects.filter(at__lt=datetime.now(UTC) - RECONNECTION_LIFETIME).delete()
        Reconnection.objects.create(user=acting_user, project=project, chain=chain)
        do_audit("page_reconnected", project, acting_user=acting_user)
