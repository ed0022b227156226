"""Who may find and read a resource: its visibility says so. Nobody writes in a resource: one adapts it.

Of a resource with exercises there are two projects: the author's, for those who teach, and the one released
from it for everybody else. What everyone may read needs no account.
"""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from candyce.accounts.access import has_role, is_teacher
from candyce.accounts.models import Organisation, Role, User
from candyce.lib.errors import Forbidden, NotFound
from candyce.library.models import Edition, Resource
from candyce.projects import access as projects
from candyce.projects.models import Project, Version

STAFF = (Role.Name.TEACHER, Role.Name.ADMINISTRATOR, Role.Name.INSPECTOR)
Visitor = User | AnonymousUser


def is_staff(user: Visitor) -> bool:
    """Whether the person works in education: teaches, administers or inspects."""
    return user.is_authenticated and user.is_active and has_role(user, *STAFF)


def staff_organisations(user: User) -> QuerySet[Organisation]:
    """Organisations in which the person works."""
    return Organisation.objects.filter(
        pk__in=Role.objects.filter(user=user, name__in=STAFF).values("organisation")
    )


def written_by(user: Visitor) -> Q:
    """Resources of which the person is an author: theirs to change, whatever the visibility."""
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    co_authored = Resource.co_authors.through.objects.filter(user=user).values("resource_id")
    return Q(owner=user) | Q(pk__in=co_authored)


def shown_to(user: Visitor) -> Q:
    """What ``visibility`` and ``establishment`` say, of resources, their editions and collections alike."""
    visible = Q(visibility=Resource.Visibility.EVERYONE)
    if is_staff(user):
        assert isinstance(user, User)
        visible |= Q(visibility=Resource.Visibility.TEACHERS)
        visible |= Q(
            visibility=Resource.Visibility.ESTABLISHMENT,
            establishment__in=staff_organisations(user).values("pk"),
        )
    return visible


def readable(user: Visitor) -> Q:
    """The one rule of visibility, for pages, search, counts, feeds, recommendations and projects."""
    return (shown_to(user) & Q(withdrawn_at=None)) | written_by(user)


def _versions(user: User) -> Q:
    """Projects behind the resources that the person may read; of those with secrets, the right one."""
    readables = Resource.objects.filter(readable(user))
    if is_teacher(user):
        return Q(pk__in=readables.values("version__project_id")) | Q(
            pk__in=readables.exclude(released=None).values("released__project_id")
        )
    plain = readables.filter(released=None).values("version__project_id")
    return Q(pk__in=plain) | Q(
        pk__in=readables.exclude(released=None).values("released__project_id")
    )


def _rights(user: User, project: Project) -> projects.Rights:
    if not Project.objects.filter(_versions(user), pk=project.pk).exists():
        return projects.NO_RIGHTS
    return projects.Rights(frozenset({projects.READ}), "read_only")


POLICY = projects.Policy(_versions, _rights)


def visible_to(user: Visitor) -> QuerySet[Resource]:
    """Resources that the person, signed in or not, may find and read."""
    return Resource.objects.filter(readable(user))


def get_resource(user: Visitor, slug: str) -> Resource:
    """The guarded fetch; raises :class:`NotFound`."""
    found = visible_to(user).filter(slug=slug)
    related = found.select_related("version__project", "released__project")
    resource = related.defer("search_text").first()
    if resource is None:
        raise NotFound
    return resource


def is_author(user: Visitor, resource: Resource) -> bool:
    """Whether the person may publish, describe and unpublish this resource."""
    return Resource.objects.filter(written_by(user), pk=resource.pk).exists()


def get_own_resource(user: User, slug: str) -> Resource:
    """Guarded fetch, to change: raises :class:`NotFound`, or :class:`Forbidden` for who may only read."""
    resource = get_resource(user, slug)
    if not is_author(user, resource):
        raise Forbidden
    return resource


def get_editions(user: Visitor, resource: Resource) -> QuerySet[Edition]:
    """Those of its editions whose files are for this person, who may read the resource.

    An edition is for whom it was published for, not for whom a later one is. One that held its answers openly
    is for those who teach, once a later one has them apart.
    """
    if is_author(user, resource):
        return resource.editions.all()
    found = resource.editions.filter(shown_to(user), hidden_at=None)
    teaches = user.is_authenticated and is_teacher(user)
    if not teaches and resource.editions.exclude(released=None).exists():
        found = found.exclude(released=None)
    return found


def get_version(user: Visitor, resource: Resource) -> Version:
    """The version of the resource that is for this person."""
    if resource.released is None or (user.is_authenticated and is_teacher(user)):
        return resource.version
    return resource.released
