"""Who may publish what. Those who teach publish; pupils, inspectors and administrators as such do not.

An author is the owner or a co-author: both publish editions, describe, unpublish and merge. The owner alone
chooses co-authors and hands the resource over.
"""

from __future__ import annotations

import uuid

from django.db.models import Q, QuerySet

from candyce.accounts.access import is_teacher
from candyce.accounts.models import Organisation, Role, User
from candyce.lib.errors import Forbidden, NotFound
from candyce.library.access import get_own_resource, is_author, visible_to, written_by
from candyce.library.models import Edition, Invitation, Resource
from candyce.projects import access as projects
from candyce.projects.models import Project

DEPTH = 20  # copies of copies that are followed back to what was published


def may_publish(user: User, project: Project) -> bool:
    """Whether the person may publish this project, or a new edition from it."""
    if project.kind != Project.Kind.PROJECT or not is_teacher(user):
        return False
    rights = projects.get_rights(user, project)
    if projects.MANAGE in rights:
        return True
    return projects.WRITE in rights and find_published(user, project) is not None


def get_publishable(user: User, pk: uuid.UUID) -> Project:
    """Guarded fetch; raises :class:`NotFound`, or :class:`Forbidden` for who may only read or does not teach."""
    project = projects.get_project(user, pk)
    if not may_publish(user, project):
        raise Forbidden
    return project


def find_published(user: User, project: Project) -> Resource | None:
    """What the person has published from this project, alone or with others."""
    return Resource.objects.filter(written_by(user), source=project).first()


def find_origin(project: Project) -> Edition | None:
    """The edition from which the project comes, through copies of copies; None: it comes from none."""
    version = project.forked_from
    for _step in range(DEPTH):
        if version is None:
            return None
        of_version = Q(version=version) | Q(released=version)
        edition = Edition.objects.filter(of_version).select_related("resource__owner").first()
        if edition is not None:
            return edition
        version = version.project.forked_from
    return None


def find_target(user: User, project: Project, origin: Edition | None) -> Resource | None:
    """The resource of which the project may become a new edition."""
    published = find_published(user, project)
    if published is not None:
        return published
    return origin.resource if origin and is_author(user, origin.resource) else None


def get_teaching_resource(user: User, slug: str) -> Resource:
    """Guarded fetch of a resource of one's own, by those who still teach."""
    resource = get_own_resource(user, slug)
    if not is_teacher(user):
        raise Forbidden
    return resource


def get_owned_resource(user: User, slug: str) -> Resource:
    """Guarded fetch for what the owner alone may do."""
    resource = get_teaching_resource(user, slug)
    if resource.owner_id != user.pk:
        raise Forbidden
    return resource


def get_adaptation(user: User, original: Resource, slug: str) -> Resource:
    """Guarded fetch of an adaptation of this resource that the person may read; raises :class:`NotFound`."""
    found = visible_to(user).filter(pk=slug, adapted_from=original)
    adaptation = found.select_related("version", "adapted_edition__version", "owner").first()
    if adaptation is None:
        raise NotFound
    return adaptation


def teaching_organisations(user: User) -> QuerySet[Organisation]:
    """The establishments for whose teachers the person may publish."""
    taught = Role.objects.filter(user=user, name=Role.Name.TEACHER).values("organisation")
    return Organisation.objects.filter(pk__in=taught)


def colleagues(user: User) -> QuerySet[User]:
    """Teachers of one's own establishments: those one may ask to be co-author."""
    roles = Role.objects.filter(
        name=Role.Name.TEACHER, organisation__in=teaching_organisations(user).values("pk")
    )
    return User.objects.filter(pk__in=roles.values("user"), is_active=True).exclude(pk=user.pk)


def get_invitation(user: User, pk: int) -> Invitation:
    """Guarded fetch of an invitation to oneself; raises :class:`NotFound`."""
    invitation = Invitation.objects.filter(pk=pk, user=user).select_related("resource").first()
    if invitation is None:
        raise NotFound
    return invitation
