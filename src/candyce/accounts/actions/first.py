"""The first administrator of an installation: before anyone can act, the operator does, at the console."""

from __future__ import annotations

from django.db import transaction

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Organisation, Role, User
from candyce.accounts.passwords import make_one_time_password
from candyce.accounts.usernames import make_usernames


@transaction.atomic
def do_create_first_administrator(
    *, given_name: str, family_name: str, organisation_name: str, identifier: str
) -> tuple[User, str]:
    """An administrator of the organisation (made if there is none with this identifier).

    Returns the person and a one-time password, to be changed at the first sign-in.
    """
    organisation, _created = Organisation.objects.get_or_create(
        identifier=identifier, defaults={"name": organisation_name}
    )
    password = make_one_time_password()
    user = User.objects.create_user(
        make_usernames([(given_name, family_name)])[0],
        password,
        given_name=given_name,
        family_name=family_name,
        must_change_password=True,
    )
    Role.objects.create(user=user, organisation=organisation, name=Role.Name.ADMINISTRATOR)
    do_audit("person.created_at_console", user, acting_user=None, organisation=str(organisation.pk))
    return user, password
