"""Who may rate, answer, recommend and report; and whose reports a moderator reads."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from candyce.accounts.access import administered_organisations, is_inspector
from candyce.accounts.models import Organisation, Role, User
from candyce.lib.errors import Forbidden, NotFound
from candyce.library import access
from candyce.library.access import STAFF, Visitor
from candyce.library.models import Endorsement, Resource, Review

if TYPE_CHECKING:
    from collections.abc import Iterable


# -- opinions ----------------------------------------------------------------------------------


def may_review(user: Visitor, resource: Resource) -> bool:
    """Colleagues rate: whoever works in education and did not write the resource."""
    return access.is_staff(user) and not access.is_author(user, resource)


def may_read_comments(user: Visitor, resource: Resource) -> bool:
    """What colleagues write may tell a solution: where there are any, it is for those who work in education."""
    return resource.released_id is None or access.is_staff(user)


def get_to_review(user: User, slug: str) -> Resource:
    """Guarded fetch; raises :class:`NotFound`, or :class:`Forbidden` for who may only read."""
    resource = access.get_resource(user, slug)
    if not may_review(user, resource):
        raise Forbidden
    return resource


def shown_reviews(user: Visitor, resource: Resource) -> QuerySet[Review]:
    """Reviews that the person may read; of those hidden by a moderator, her own alone."""
    if not may_read_comments(user, resource):
        return resource.reviews.none()
    visible = Q(hidden_at=None)
    if user.is_authenticated:
        visible |= Q(user=user)
    return resource.reviews.filter(visible)


def get_review(user: Visitor, slug: str, pk: int) -> Review:
    """Guarded fetch; raises :class:`NotFound`."""
    resource = access.get_resource(user, slug)
    review = shown_reviews(user, resource).filter(pk=pk).select_related("resource").first()
    if review is None:
        raise NotFound
    return review


def get_to_answer(user: User, slug: str, pk: int) -> Review:
    """Guarded fetch, for the authors of the resource; raises :class:`NotFound` or :class:`Forbidden`."""
    review = get_review(user, slug, pk)
    if not access.is_author(user, review.resource):
        raise Forbidden
    return review


# -- recommendations ---------------------------------------------------------------------------


def endorsing_organisations(user: User) -> QuerySet[Organisation]:
    """Academies and nations in whose name the person may recommend: where she is inspector."""
    inspected = Role.objects.filter(user=user, name=Role.Name.INSPECTOR).values("organisation")
    groups = (Organisation.Type.DISTRICT, Organisation.Type.NATIONAL)
    return Organisation.objects.filter(pk__in=inspected, type__in=groups)


def may_endorse(user: Visitor, resource: Resource) -> bool:
    """Inspectors recommend, never what they wrote."""
    if not user.is_authenticated or not user.is_active:
        return False
    return is_inspector(user) and not access.is_author(user, resource)


def get_to_endorse(user: User, slug: str) -> Resource:
    """Guarded fetch; raises :class:`NotFound`, or :class:`Forbidden` for who may only read."""
    resource = access.get_resource(user, slug)
    if not may_endorse(user, resource):
        raise Forbidden
    return resource


def own_endorsements(user: Visitor) -> Q:
    """Recommendations that the person may take back: her own, and those of academies she inspects for."""
    if not user.is_authenticated or not is_inspector(user):
        return Q(pk__in=[])
    mine = Q(user=user, organisation=None)
    return mine | Q(organisation__in=endorsing_organisations(user).values("pk"))


def get_to_withdraw(user: User, slug: str, pk: int) -> Endorsement:
    """Guarded fetch; raises :class:`NotFound`, or :class:`Forbidden` for somebody else's."""
    resource = access.get_resource(user, slug)
    found = resource.endorsements.filter(pk=pk, withdrawn_at=None)
    if not found.exists():
        raise NotFound
    own = found.filter(own_endorsements(user)).first()
    if own is None:
        raise Forbidden
    return own


# -- moderation --------------------------------------------------------------------------------


def top_organisations() -> QuerySet[Organisation]:
    """Those that speak for the whole installation: administered, with nothing administered above.

    A nation comes before an academy, an academy before a school: in an installation of one school it is that school.
    """
    administered = Role.objects.filter(name=Role.Name.ADMINISTRATOR, user__is_active=True)
    theirs = administered.values("organisation")
    tops = Organisation.objects.filter(pk__in=theirs).exclude(
        Q(parent__in=theirs) | Q(parent__parent__in=theirs)
    )
    kinds = set(tops.values_list("type", flat=True))
    for kind in (Organisation.Type.NATIONAL, Organisation.Type.DISTRICT):
        if kind in kinds:
            return tops.filter(type=kind)
    return tops


def moderated_by(user: Visitor) -> Q:
    """Resources whose reports the person handles.

    Administrators handle what is written by the staff of their organisation or of one below; what ships with
    Candyce, and what nobody answers for any more, is for those of :func:`top_organisations`.
    """
    if not user.is_authenticated or not user.is_active:
        return Q(pk__in=[])
    organisations = administered_organisations(user).values("pk")
    staff = Role.objects.filter(name__in=STAFF)
    theirs = Q(owner__in=staff.filter(organisation__in=organisations).values("user"))
    theirs |= Q(establishment__in=organisations, owner__isnull=False)
    own = Role.objects.filter(user=user, name=Role.Name.ADMINISTRATOR).values("organisation")
    if top_organisations().filter(pk__in=own).exists():
        theirs |= Q(owner=None) | ~Q(owner__in=staff.values("user"))
    return theirs


def is_moderator(user: Visitor) -> bool:
    """Whether the person administers anything: has a queue, though it may be empty."""
    return user.is_authenticated and user.is_active and administered_organisations(user).exists()


def get_moderators(resource: Resource) -> QuerySet[User]:
    """Those for whom :func:`moderated_by` holds."""
    staff = Role.objects.filter(name__in=STAFF, user=resource.owner_id)
    chain: set[uuid.UUID] = set()
    if resource.owner_id:
        chain = _with_above(staff.values_list("organisation", flat=True))
        if resource.establishment_id:
            chain |= _with_above([resource.establishment_id])
    if not resource.owner_id or not staff.exists():
        chain |= set(top_organisations().values_list("pk", flat=True))
    roles = Role.objects.filter(name=Role.Name.ADMINISTRATOR, organisation__in=chain)
    return User.objects.filter(pk__in=roles.values("user"), is_active=True)


def _with_above(keys: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    rows = Organisation.objects.filter(pk__in=list(keys))
    for row in rows.values_list("pk", "parent", "parent__parent"):
        found |= {key for key in row if key}
    return found


def get_case(user: User, slug: str) -> Resource:
    """Guarded fetch of a resource that was reported, for its moderators, whatever its visibility.

    Raises :class:`NotFound` to anybody else and for what nobody reported.
    """
    found = Resource.objects.filter(moderated_by(user), slug=slug, reports__isnull=False)
    resource = found.select_related("version__project", "released__project").first()
    if resource is None:
        raise NotFound
    return resource


def is_concerned(user: User, resource: Resource, review: Review | None = None) -> bool:
    """Whether the person wrote what is reported, and somebody else can decide."""
    wrote = review.user_id == user.pk if review else access.is_author(user, resource)
    return wrote and get_moderators(resource).exclude(pk=user.pk).exists()
