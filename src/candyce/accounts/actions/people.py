"""Accounts of people, as an administrator makes and changes them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import AuditEntry, Enrolment, Organisation, Role, User
from candyce.accounts.passwords import hash_all, make_one_time_password
from candyce.accounts.signals import announce_enrolments, announce_sign_in_ended
from candyce.accounts.usernames import make_usernames
from candyce.lib.errors import Conflict, Forbidden


@transaction.atomic
def do_create_person(
    organisation: Organisation,
    *,
    given_name: str,
    family_name: str,
    role: str,
    email: str = "",
    identifier: str = "",
    username: str = "",
    acting_user: User,
) -> User:
    """Create an account without a password: a card or a reset gives the first one."""
    person = User.objects.create_user(
        username or make_usernames([(given_name, family_name)])[0],
        given_name=given_name,
        family_name=family_name,
        email=email,
        identifier=identifier,
        is_demo=organisation.is_demo,
        must_change_password=True,
    )
    Role.objects.create(user=person, organisation=organisation, name=role)
    do_audit("created", person, acting_user=acting_user, role=role, username=person.username)
    return person


@transaction.atomic
def do_update_person(
    person: User,
    *,
    given_name: str,
    family_name: str,
    email: str,
    identifier: str,
    username: str,
    acting_user: User,
) -> None:
    before = {name: getattr(person, name) for name in _PERSON_FIELDS}
    person.given_name, person.family_name = given_name, family_name
    person.email, person.identifier = email, identifier
    person.username = username or person.username
    person.save(update_fields=[*_PERSON_FIELDS])
    changed = [name for name in _PERSON_FIELDS if before[name] != getattr(person, name)]
    do_audit("changed", person, acting_user=acting_user, fields=changed)


_PERSON_FIELDS = ("given_name", "family_name", "email", "identifier", "username")


@transaction.atomic
def do_deactivate(person: User, *, acting_user: User) -> None:
    """Close the account: no sign-in, no session, no token. Nothing is deleted.

    Raises :class:`Forbidden` for one's own account.
    """
    if person.pk == acting_user.pk:
        raise Forbidden(_("You cannot deactivate your own account: another administrator can."))
    person.is_active = False
    person.signed_out_at = timezone.now()
    person.save(update_fields=["is_active", "signed_out_at"])
    announce_sign_in_ended([person.pk])
    do_audit("deactivated", person, acting_user=acting_user)
    announce_enrolments([person.pk], person.enrolments.values_list("school_class", flat=True))


@transaction.atomic
def do_reactivate(person: User, *, acting_user: User) -> None:
    person.is_active = True
    person.save(update_fields=["is_active"])
    do_audit("reactivated", person, acting_user=acting_user)
    announce_enrolments([person.pk], person.enrolments.values_list("school_class", flat=True))


@transaction.atomic
def do_reset_passwords(people: Sequence[User], *, acting_user: User) -> dict[User, str]:
    """Give each person a one-time password, to be replaced at the next sign-in.

    Returns the passwords; they are kept nowhere else. Open sessions and tokens of these people end.
    """
    passwords = [make_one_time_password() for _person in people]
    now = timezone.now()
    for person, hashed in zip(people, hash_all(passwords), strict=True):
        person.password = hashed
        person.must_change_password = True
        person.signed_out_at = now
    User.objects.bulk_update(people, ["password", "must_change_password", "signed_out_at"], 200)
    announce_sign_in_ended(person.pk for person in people)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=acting_user,
            verb="reset_password",
            object_type="accounts.user",
            object_id=str(person.pk),
        )
        for person in people
    )
    return dict(zip(people, passwords, strict=True))


@transaction.atomic
def do_add_role(person: User, organisation: Organisation, name: str, *, acting_user: User) -> None:
    """Give the person a further role; nothing when they have it."""
    _role, new = Role.objects.get_or_create(user=person, organisation=organisation, name=name)
    if new:
        do_audit("given_role", person, acting_user=acting_user, role=name)


@transaction.atomic
def do_remove_role(person: User, role: Role, *, acting_user: User) -> None:
    """Take a role away, and with it the enrolments that rest on it.

    Raises :class:`Conflict` for the last role and :class:`Forbidden` for one's own administration.
    """
    if role.user_id == acting_user.pk and role.name == Role.Name.ADMINISTRATOR:
        raise Forbidden(_("You cannot take the administrator's role from yourself."))
    if not Role.objects.filter(user=person).exclude(pk=role.pk).exists():
        raise Conflict(_("This is the person's only role. Deactivate the account instead."))
    enrolments = Enrolment.objects.filter(
        user=person, school_class__organisation=role.organisation_id, role=role.name
    )
    class_ids = list(enrolments.values_list("school_class", flat=True))
    enrolments.delete()
    do_audit("taken_role", person, acting_user=acting_user, role=role.name)
    role.delete()
    if class_ids:
        announce_enrolments([person.pk], class_ids)
