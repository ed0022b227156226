"""What the editor learns of a resource that someone tries: the way back to its page."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from candyce.accounts.models import User
from candyce.library import access
from candyce.projects.addresses import get_portal_url
from candyce.projects.models import Project


def describe_project(user: User, project: Project, _request: HttpRequest) -> dict[str, Any]:
    """The part of ``GET /api/project`` that belongs to resources."""
    of_project = Q(version__project=project) | Q(released__project=project)
    resource = access.visible_to(user).filter(of_project).first()
    if resource is None:
        return {}
    return {"back_url": get_portal_url("library:detail", slug=resource.slug)}
