"""Who is what, and who may see whom. Each rule yields the queryset and the check."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from candyce.accounts.models import Class, Enrolment, Organisation, Role, User
from candyce.lib.errors import Forbidden, NotFound


def has_role(user: User, *names: str) -> bool:
    """Whether the person has one of the roles in any organisation."""
    return user.is_authenticated and user.roles.filter(name__in=names).exists()


def is_teacher(user: User) -> bool:
    return has_role(user, Role.Name.TEACHER)


def is_student(user: User) -> bool:
    return has_role(user, Role.Name.STUDENT)


def is_administrator(user: User) -> bool:
    return has_role(user, Role.Name.ADMINISTRATOR)


def is_inspector(user: User) -> bool:
    return has_role(user, Role.Name.INSPECTOR)


def administered_organisations(user: User) -> QuerySet[Organisation]:
    """Organisations where the person is administrator, with those directly below."""
    own = Q(roles__user=user, roles__name=Role.Name.ADMINISTRATOR)
    below = Q(parent__roles__user=user, parent__roles__name=Role.Name.ADMINISTRATOR)
    return Organisation.objects.filter(own | below).distinct()


def taught_classes(user: User) -> QuerySet[Class]:
    """Classes that the person teaches: to these they may give work."""
    return Class.objects.filter(
        enrolments__user=user, enrolments__role=Enrolment.Role.TEACHER
    ).select_related("session")


def visible_classes(user: User) -> QuerySet[Class]:
    """Classes one is enrolled in or administers."""
    return Class.objects.filter(
        Q(enrolments__user=user) | Q(organisation__in=administered_organisations(user))
    ).distinct()


def get_administered_organisation(user: User, pk: object) -> Organisation:
    """Guarded fetch; raises :class:`NotFound`."""
    organisation = administered_organisations(user).filter(pk=pk).first()
    if organisation is None:
        raise NotFound
    return organisation


def get_administered_class(user: User, pk: object) -> Class:
    """Guarded fetch; raises :class:`NotFound`."""
    class_ = Class.objects.filter(pk=pk, organisation__in=administered_organisations(user)).first()
    if class_ is None:
        raise NotFound
    return class_


def check_teacher(user: User) -> None:
    """Raises :class:`Forbidden` unless the person teaches."""
    if not is_teacher(user):
        raise Forbidden


def check_administrator(user: User) -> None:
    """Raises :class:`Forbidden` unless the person administers an organisation."""
    if not is_administrator(user):
        raise Forbidden
