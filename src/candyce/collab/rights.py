"""Who may be in a room and what they may do there: token, person and present rights together."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from candyce.accounts.access import is_teacher
from candyce.accounts.models import User
from candyce.collab import protocol
from candyce.collab.comments.queries import get_hidden_mark
from candyce.collab.runs import Author
from candyce.lib.errors import NotSignedIn
from candyce.projects import tokens
from candyce.projects.access import MANAGE, READ, WRITE, Rights, get_rights
from candyce.projects.conduct import describe_conduct
from candyce.projects.models import Project
from candyce.projects.news import get_news

COPY = Project.Kind.COPY


class Refused(Exception):
    """The connection must end with this close code; ``reason`` is a code for programs."""

    def __init__(self, close_code: int, reason: str) -> None:
        self.close_code = close_code
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Grant:
    """What a token's bearer may do in a project now; ``code`` says why writing is withheld."""

    token: tokens.Token
    scopes: frozenset[str]
    code: str | None
    identity: dict[str, Any]
    full: bool = False
    conduct: dict[str, Any] = field(default_factory=dict)
    until: float | None = None  # epoch seconds at which the clock may change these rights
    news: int = 0  # see candyce.projects.news
    hidden: str | None = None  # changes with the comments that only who leads in a copy is told

    @property
    def user_id(self) -> uuid.UUID:
        return self.token.user_id

    @property
    def project_id(self) -> uuid.UUID:
        return self.token.project_id

    @property
    def can_write(self) -> bool:
        return WRITE in self.scopes

    @property
    def author(self) -> Author:
        return Author(self.identity["username"], self.identity["name"])

    @property
    def can_manage(self) -> bool:
        """May lock cells, and change what is locked."""
        return MANAGE in self.scopes


def read_token(text: str, project_id: uuid.UUID) -> tokens.Token:
    """A valid token of this project; raises :class:`Refused`."""
    try:
        token = tokens.read(text)
    except NotSignedIn as error:
        raise Refused(protocol.CLOSE_TOKEN, error.code) from error
    if token.project_id != project_id:
        raise Refused(protocol.CLOSE_TOKEN, "token_invalid")
    return token


def grant(token: tokens.Token) -> Grant:
    """Look up the person's present rights; raises :class:`Refused`."""
    user = User.objects.filter(pk=token.user_id).first()
    project = Project.objects.select_related("pen").filter(pk=token.project_id).first()
    return _decide(token, user, project, _get_news([project] if project else []))


def _get_news(projects: Iterable[Project]) -> dict[uuid.UUID, int]:
    return get_news([one.pk for one in projects if one.kind == Project.Kind.COPY])


def _decide(
    token: tokens.Token, user: User | None, project: Project | None, news: dict[uuid.UUID, int]
) -> Grant:
    if user is None or not user.is_active:
        raise Refused(protocol.CLOSE_FORBIDDEN, "forbidden")
    if user.signed_out_at is not None and user.signed_out_at.timestamp() >= token.first_issued + 1:
        raise Refused(protocol.CLOSE_ENDED, "session_ended")
    if project is None or project.deleted_at is not None:
        raise Refused(protocol.CLOSE_GONE, "project_deleted")
    rights = get_rights(user, project)
    if READ not in rights or READ not in token.scopes:
        raise Refused(protocol.CLOSE_FORBIDDEN, "forbidden")
    scopes = rights.scopes & frozenset(token.scopes)
    code = None if WRITE in scopes else (rights.reason or "read_only")
    identity = {
        "username": user.username,
        "name": user.full_name,
        "display_name": user.full_name,
        "initials": user.initials,
        "role": _get_role(user, rights, project),
    }
    full = project.size > settings.PROJECT_QUOTA
    return Grant(
        token,
        scopes,
        code or ("quota_full" if full else None),
        identity,
        full,
        describe_conduct(user, project, rights),
        rights.until.timestamp() if rights.until else None,
        news.get(project.pk, 0),
        get_hidden_mark(project) if MANAGE in scopes and project.kind == COPY else None,
    )


def _get_role(user: User, rights: Rights, project: Project) -> str:
    """What the person is to the others: in a copy the one who leads is its teacher."""
    if project.kind == Project.Kind.COPY:
        return "teacher" if MANAGE in rights else "pupil"
    return "teacher" if is_teacher(user) else "member"


def renew(grant_: Grant, text: str) -> Grant:
    """The grant under a fresh token of the same person; raises :class:`Refused`."""
    token = read_token(text, grant_.project_id)
    if token.user_id != grant_.user_id:
        raise Refused(protocol.CLOSE_TOKEN, "token_invalid")
    return replace(grant(token), token=token)


def grant_many(these: list[tokens.Token]) -> list[Grant | Refused]:
    """:func:`grant` for many, refusals as values."""
    users = User.objects.in_bulk({token.user_id for token in these})
    projects = Project.objects.select_related("pen").in_bulk({token.project_id for token in these})
    news = _get_news(projects.values())
    answers: list[Grant | Refused] = []
    for token in these:
        user, project = users.get(token.user_id), projects.get(token.project_id)
        try:
            answers.append(_decide(token, user, project, news))
        except Refused as refused:
            answers.append(refused)
    return answers


def get_message(code: str | None) -> str:
    """What a status code means, in the active language; empty for none."""
    return {
        "read_only": _("You can read this but not change it."),
        "not_open_yet": _("This assignment is not open yet."),
        "window_closed": _("The time for this work is over. What you typed before is kept."),
        "handed_in": _("You have handed in this work. Take it back to change it."),
        "held": _("Only the person who leads writes for now. What you typed before is kept."),
        "frozen": _("Your teacher has frozen the class: look up. What you typed before is kept."),
        "quota_full": _("The space of this project is full. Delete files or large outputs."),
        "too_large": _(
            "This file is too large. Shorten it (in a notebook, clear large outputs), then go on."
        ),
        "invalid_update": _(
            "A change could not be stored. Reload the page; copy your last change first."
        ),
        "too_many": _("Changes arrive faster than they can be stored. They will be, in a moment."),
    }.get(code or "", "")
