"""Organisations and their school years."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from candyce.accounts.audit import do_audit
from candyce.accounts.models import AcademicSession, Organisation, User


@transaction.atomic
def do_create_organisation(
    *,
    parent: Organisation,
    name: str,
    kind: str,
    identifier: str,
    acting_user: User,
) -> Organisation:
    """Create an organisation below one that the actor administers."""
    organisation = Organisation.objects.create(
        parent=parent, name=name, type=kind, identifier=identifier, is_demo=parent.is_demo
    )
    do_audit("created", organisation, acting_user=acting_user, name=name)
    return organisation


@transaction.atomic
def do_update_organisation(
    organisation: Organisation,
    *,
    name: str,
    kind: str,
    identifier: str,
    acting_user: User,
) -> None:
    organisation.name, organisation.type, organisation.identifier = name, kind, identifier
    organisation.save(update_fields=["name", "type", "identifier"])
    do_audit("changed", organisation, acting_user=acting_user, name=name, identifier=identifier)


@transaction.atomic
def do_create_session(
    organisation: Organisation, *, title: str, start_date: date, end_date: date, acting_user: User
) -> AcademicSession:
    session = AcademicSession.objects.create(
        organisation=organisation, title=title, start_date=start_date, end_date=end_date
    )
    do_audit("created", session, acting_user=acting_user, title=title)
    return session
