"""What a reader does with a resource."""

from __future__ import annotations

from candyce.accounts.models import User
from candyce.library.access import get_version
from candyce.library.advice.actions import record_use
from candyce.library.models import Resource, Use
from candyce.projects.actions import fork
from candyce.projects.models import Project


def adapt(resource: Resource, *, acting_user: User) -> Project:
    """A project of one's own that starts from the published version that is for this person."""
    project = fork(
        get_version(acting_user, resource),
        acting_user=acting_user,
        owner=acting_user,
        title=resource.title,
        kind=Project.Kind.PROJECT,
    )
    record_use(acting_user, resource, Use.Verb.ADAPTED)
    return project
