"""An operator makes the first administrator at the console."""

from io import StringIO

from django.core.management import call_command

from candyce.accounts.access import administered_organisations
from candyce.accounts.models import Organisation, User


def test_operator_makes_the_first_administrator_who_must_change_the_password(db, portal):
    out = StringIO()
    call_command(
        "create_administrator", given_name="Ada", family_name="Martin", organisation="Lycée Noether",
        identifier="0750003C", stdout=out,
    )  # fmt: skip
    username, password = out.getvalue().split()
    user = User.objects.get(username=username)
    assert list(administered_organisations(user)) == [
        Organisation.objects.get(identifier="0750003C")
    ]
    answer = portal.post("/sign-in/", {"username": username, "password": password})
    assert answer.status_code == 302
    assert user.must_change_password


def test_second_administrator_joins_the_same_organisation(db):
    for given_name in ("Ada", "Ada"):
        call_command(
            "create_administrator", given_name=given_name, family_name="Martin",
            organisation="Lycée Noether", identifier="0750003C", stdout=StringIO(),
        )  # fmt: skip
    assert Organisation.objects.count() == 1
    assert User.objects.count() == 2
