"""Who may read the library: everyone who has signed in. Nobody writes in a resource: one adapts it.

Of a resource with exercises there are two projects: the author's, for those who teach, and the one released
from it for everybody else.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from candyce.accounts.access import is_teacher
from candyce.accounts.models import User
from candyce.lib.errors import NotFound
from candyce.library.models import Resource
from candyce.projects import access as projects
from candyce.projects.models import Project, Version


def _keeps_secrets() -> Q:
    """Projects with the solutions of exercises."""
    return Q(pk__in=Resource.objects.exclude(released=None).values("version__project_id"))


def _visible(user: User) -> Q:
    return Q() if is_teacher(user) else ~_keeps_secrets()


def _rights(user: User, project: Project) -> projects.Rights:
    if not Project.objects.filter(_visible(user), pk=project.pk).exists():
        return projects.NO_RIGHTS
    return projects.Rights(frozenset({projects.READ}), "read_only")


POLICY = projects.Policy(_visible, _rights)


def visible_to(user: User) -> QuerySet[Resource]:
    """Resources that the person may read."""
    if not user.is_authenticated or not user.is_active:
        return Resource.objects.none()
    return Resource.objects.all()


def get_resource(user: User, slug: str) -> Resource:
    """The guarded fetch; raises :class:`NotFound`."""
    found = visible_to(user).filter(slug=slug)
    resource = found.select_related("version__project", "released__project").first()
    if resource is None:
        raise NotFound
    return resource


def get_version(user: User, resource: Resource) -> Version:
    """The version of the resource that is for this person."""
    return resource.version if resource.released is None or is_teacher(user) else resource.released
