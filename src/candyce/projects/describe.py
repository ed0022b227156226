"""What ``GET /api/project`` says beyond the project itself, supplied by the rooms above.

A room registers one describer for its kind of project. It returns a part of the answer that
replaces the defaults: ``assignment``, ``back_url``, ``read_only_reason``…
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from candyce.accounts.models import User
from candyce.projects.models import Project

Describer = Callable[[User, Project, HttpRequest], dict[str, Any]]

_describers: dict[str, Describer] = {}


def register_describer(kind: str, function: Describer) -> None:
    """Called once, from ``AppConfig.ready`` of the room that owns the kind."""
    _describers[kind] = function


def get_description(user: User, project: Project, request: HttpRequest) -> dict[str, Any]:
    """What the project's room adds; empty when there is no describer for its kind."""
    describer = _describers.get(project.kind)
    return describer(user, project, request) if describer else {}
