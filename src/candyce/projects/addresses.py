"""Absolute addresses between the two origins."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse

from candyce.projects.models import Project


def get_portal_url(name: str, **kwargs: Any) -> str:
    """The absolute address of a portal's page, on either origin."""
    return settings.CANDYCE_PORTAL_URL + reverse(name, urlconf=settings.ROOT_URLCONF, kwargs=kwargs)


def get_back_url(project: Project) -> str:
    """Where "Back to Candyce" leads, unless the project's room says otherwise."""
    if project.kind == Project.Kind.PROJECT:
        return get_portal_url("projects:detail", pk=project.pk)
    return f"{settings.CANDYCE_PORTAL_URL}/"


def get_history_url(project: Project) -> str:
    """Where the history of the project's files can be read, by those who may."""
    return get_portal_url("collab:history", pk=project.pk)


def get_reconnect_url(project_id: uuid.UUID, chain: float) -> str:
    """Where the person lets the editor's page of this chain of tokens go on after signing in again."""
    return f"{get_portal_url('projects:reconnect', pk=project_id)}?chain={chain}"


def get_editor_url(project: Project, path: str | None, *, app: str = "notebooks") -> str:
    """The address of the editor's page on a file, without a token; ``app``: ``notebooks`` or ``lab``."""
    query = {"path": path} if path else {}
    query["project"] = str(project.pk)
    encoded = urlencode(query, quote_via=quote)
    return f"{settings.CANDYCE_EDITOR_URL}/edit/{app}/index.html?{encoded}"
