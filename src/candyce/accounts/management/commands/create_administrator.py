"""Makes the first administrator of an installation."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from candyce.accounts.actions.first import do_create_first_administrator


class Command(BaseCommand):
    help = "Create an administrator of an organisation, and the organisation if need be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--given-name", required=True)
        parser.add_argument("--family-name", required=True)
        parser.add_argument("--organisation", required=True, help="its name")
        parser.add_argument(
            "--identifier", required=True, help="its identifier (in France, the UAI)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user, password = do_create_first_administrator(
            given_name=options["given_name"],
            family_name=options["family_name"],
            organisation_name=options["organisation"],
            identifier=options["identifier"],
        )
        self.stdout.write(f"{user.username}\n{password}")
