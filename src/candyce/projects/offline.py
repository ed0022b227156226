"""Working without a network: the keys under which a person's browser keeps a project.

The editor's origin runs strangers' code, so what a page keeps there is encrypted under a key of one
person in one project. The portal, where no notebook runs, remembers the keys of what was opened.
docs/decisions/offline.md says why.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

from candyce.accounts.models import User
from candyce.projects.access import visible_to
from candyce.projects.addresses import get_editor_url
from candyce.projects.models import Project
from candyce.projects.paths import is_notebook

OPENED = "opened_projects"  # in the session: ids, the last opened first
MOST = 30


def get_key(user: User, project: Project) -> str | None:
    """256 bits in base64url, the same each time; None when nothing may be kept on devices."""
    if settings.CANDYCE_OFFLINE_DAYS <= 0:
        return None
    value = f"{user.pk}:{project.pk}"
    digest = salted_hmac("candyce.projects.offline", value, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def describe_offline(user: User, project: Project) -> dict[str, Any]:
    """What ``GET /api/project`` says to a page that may keep the project on its device."""
    return {
        "offline_key": get_key(user, project),
        "offline_days": max(0, settings.CANDYCE_OFFLINE_DAYS),
    }


def note_opened(session: SessionBase, project: Project) -> None:
    """Remember for this sign-in that the project was opened in this browser."""
    if settings.CANDYCE_OFFLINE_DAYS > 0:
        opened = [str(project.pk)]
        opened += [pk for pk in session.get(OPENED, []) if pk != opened[0]]
        if opened != session.get(OPENED):
            session[OPENED] = opened[:MOST]


def list_keys(user: User, session: SessionBase, known: Iterable[str]) -> list[dict[str, Any]]:
    """Keys and addresses of what this browser opened and the person may still read.

    ``known``: ids that the browser remembers from earlier, which it may be wrong about.
    """
    if settings.CANDYCE_OFFLINE_DAYS <= 0:
        return []
    wanted = list(dict.fromkeys(_parse([*session.get(OPENED, []), *known])))[:MOST]
    found = {project.pk: project for project in visible_to(user).filter(pk__in=wanted)}
    return [_describe(user, found[pk]) for pk in wanted if pk in found]


def _describe(user: User, project: Project) -> dict[str, Any]:
    path = project.main_path
    app = "notebooks" if path is not None and is_notebook(path) else "lab"
    return {
        "id": str(project.pk),
        "title": project.title,
        "kind": project.kind,
        "address": get_editor_url(project, path, app=app),
        "key": get_key(user, project),
    }


def _parse(texts: Iterable[str]) -> Iterable[uuid.UUID]:
    for text in texts:
        try:
            yield uuid.UUID(text)
        except (ValueError, TypeError, AttributeError):
            continue
