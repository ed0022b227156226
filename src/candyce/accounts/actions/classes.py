"""Classes and who is in them."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import AcademicSession, Class, Enrolment, Role, User
from candyce.accounts.signals import announce_enrolments
from candyce.lib.errors import BadRequest, Conflict


@transaction.atomic
def do_create_class(
    session: AcademicSession, *, title: str, level: str = "", subject: str = "", acting_user: User
) -> Class:
    class_ = Class.objects.create(
        organisation_id=session.organisation_id,
        session=session,
        title=title,
        level=level,
        subject=subject,
    )
    do_audit("created", class_, acting_user=acting_user, title=title)
    return class_


@transaction.atomic
def do_update_class(
    class_: Class, *, title: str, level: str, subject: str, acting_user: User
) -> None:
    class_.title, class_.level, class_.subject = title, level, subject
    class_.save(update_fields=["title", "level", "subject"])
    do_audit("changed", class_, acting_user=acting_user, title=title)


@transaction.atomic
def do_delete_class(class_: Class, *, acting_user: User) -> None:
    """Delete a class that nobody is in; raises :class:`Conflict` otherwise."""
    if class_.enrolments.exists():
        raise Conflict(_("Someone is still in this class. Remove the people first."))
    do_audit("deleted", class_, acting_user=acting_user, title=class_.title)
    class_.delete()


@transaction.atomic
def do_enrol(class_: Class, person: User, role: str, *, acting_user: User) -> Enrolment:
    """Put a person in a class as pupil or teacher; nothing new when they are in it already.

    Raises :class:`BadRequest` unless the person has that role in the class's organisation.
    """
    if not Role.objects.filter(
        user=person, organisation_id=class_.organisation_id, name=role
    ).exists():
        raise BadRequest(_("This person does not have that role in the class's organisation."))
    enrolment, new = Enrolment.objects.get_or_create(
        user=person, school_class=class_, defaults={"role": role}
    )
    if new:
        do_audit("enrolled", class_, acting_user=acting_user, user=str(person.pk), role=role)
        announce_enrolments([person.pk], [class_.pk])
    return enrolment


@transaction.atomic
def do_unenrol(enrolment: Enrolment, *, acting_user: User) -> None:
    """Take a person out of a class: access to the class's work ends with it."""
    do_audit(
        "unenrolled",
        enrolment.school_class,
        acting_user=acting_user,
        user=str(enrolment.user_id),
        role=enrolment.role,
    )
    announce_enrolments([enrolment.user_id], [enrolment.school_class_id])
    enrolment.delete()
