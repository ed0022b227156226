"""Who is what, and who may see whom. Each rule yields the queryset and the check."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

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


def own_organisations(user: User) -> QuerySet[Organisation]:
    """Organisations where the person has the administrator's role itself."""
    return Organisation.objects.filter(
        pk__in=Role.objects.filter(user=user, name=Role.Name.ADMINISTRATOR).values("organisation")
    )


def administered_organisations(user: User) -> QuerySet[Organisation]:
    """Organisations where the person is administrator, with those below (nation, academy, school)."""
    own = own_organisations(user).values("pk")
    return Organisation.objects.filter(
        Q(pk__in=own) | Q(parent__in=own) | Q(parent__parent__in=own)
    )


def administered_people(user: User) -> QuerySet[User]:
    """People with a role in an organisation that the person administers."""
    return User.objects.filter(
        pk__in=Role.objects.filter(organisation__in=administered_organisations(user)).values("user")
    )


def manageable_people(user: User) -> QuerySet[User]:
    """Of these, the people whose account is theirs to change: without a role anywhere else.

    Otherwise the administrator of one school could take over the account of someone who
    administers another by setting its password.
    """
    elsewhere = Role.objects.exclude(organisation__in=administered_organisations(user))
    return administered_people(user).exclude(Exists(elsewhere.filter(user=OuterRef("pk"))))


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


def get_administered_organisation(user: User, pk: uuid.UUID | str) -> Organisation:
    """Guarded fetch; raises :class:`NotFound`."""
    organisation = administered_organisations(user).filter(pk=pk).first()
    if organisation is None:
        raise NotFound
    return organisation


def get_administered_class(user: User, pk: uuid.UUID | str) -> Class:
    """Guarded fetch; raises :class:`NotFound`."""
    class_ = Class.objects.filter(pk=pk, organisation__in=administered_organisations(user)).first()
    if class_ is None:
        raise NotFound
    return class_


def get_administered_person(user: User, pk: uuid.UUID | str) -> User:
    """Guarded fetch, to look at; raises :class:`NotFound`."""
    person = administered_people(user).filter(pk=pk).first()
    if person is None:
        raise NotFound
    return person


def get_manageable_person(user: User, pk: uuid.UUID | str) -> User:
    """Guarded fetch, to change; raises :class:`NotFound`, or :class:`Forbidden` when another
    organisation has a say in the account."""
    person = get_administered_person(user, pk)
    if not manageable_people(user).filter(pk=pk).exists():
        raise Forbidden(
            _(
                "This account has a role in another organisation too. Only an administrator of both may change it."
            )
        )
    return person


def check_teacher(user: User) -> None:
    """Raises :class:`Forbidden` unless the person teaches."""
    if not is_teacher(user):
        raise Forbidden


def check_administrator(user: User) -> None:
    """Raises :class:`Forbidden` unless the person administers an organisation."""
    if not is_administrator(user):
        raise Forbidden
