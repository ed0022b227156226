"""Who may read the library: everyone who has signed in. Nobody writes in a resource: one adapts it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from candyce.accounts.models import User
from candyce.lib.errors import NotFound
from candyce.library.models import Resource
from candyce.projects import access as projects
from candyce.projects.models import Project


def _visible(_user: User) -> Q:
    return Q()


def _rights(_user: User, _project: Project) -> projects.Rights:
    return projects.Rights(frozenset({projects.READ}), "read_only")


POLICY = projects.Policy(_visible, _rights)


def visible_to(user: User) -> QuerySet[Resource]:
    """Resources that the person may read."""
    if not user.is_authenticated or not user.is_active:
        return Resource.objects.none()
    return Resource.objects.all()


def get_resource(user: User, slug: str) -> Resource:
    """The guarded fetch; raises :class:`NotFound`."""
    resource = visible_to(user).filter(slug=slug).select_related("version__project").first()
    if resource is None:
        raise NotFound
    return resource
