"""What can be given to a class: a resource, a project, a version, or what another assignment gave."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from candyce.accounts.access import check_teacher
from candyce.accounts.models import User
from candyce.assignments.access import get_assignment
from candyce.assignments.models import Assignment
from candyce.assignments.timing import get_rules
from candyce.lib.errors import BadRequest, NotFound
from candyce.library.access import get_resource
from candyce.projects.access import READ, WRITE, get_project
from candyce.projects.models import Project, Version


@dataclass(frozen=True)
class Source:
    """Exactly one of ``version`` and ``project`` is set; a project is frozen when it is given."""

    title: str
    version: Version | None = None
    project: Project | None = None
    defaults: dict[str, object] = field(default_factory=dict)


def get_source(
    user: User,
    *,
    resource: str = "",
    project: str = "",
    version: str = "",
    assignment: str = "",
) -> Source:
    """The guarded fetch by whichever name is given.

    Raises :class:`Forbidden` unless the person teaches, :class:`NotFound` for what they may not give:
    a pupil's copy in particular is never given to others.
    """
    check_teacher(user)
    if resource:
        if not resource.isprintable():  # PostgreSQL refuses to look for a NUL
            raise NotFound
        found = get_resource(user, resource)
        return Source(found.title, version=found.version)
    if project:
        own = get_project(user, _uuid(project), WRITE)
        _refuse_copy(own)
        return Source(own.title, project=own)
    if version:
        row = Version.objects.select_related("project").filter(pk=_uuid(version)).first()
        if row is None:
            raise NotFound
        _refuse_copy(get_project(user, row.project_id, READ))
        return Source(row.project.title, version=row)
    if assignment:
        return _from_assignment(get_assignment(user, _uuid(assignment), "duplicate"))
    raise BadRequest


def _from_assignment(given: Assignment) -> Source:
    defaults = {
        "instructions": given.instructions,
        "mark_max": given.mark_max,
        # Times begin anew, and with them what needs them.
        "rules": replace(get_rules(given), late_rule=Assignment.LateRule.ACCEPT),
        "group_mode": given.group_mode,
        "group_size": given.group_size,
    }
    return Source(given.title, version=given.version, defaults=defaults)


def _refuse_copy(project: Project) -> None:
    if project.kind == Project.Kind.COPY:
        raise NotFound


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise NotFound from error
