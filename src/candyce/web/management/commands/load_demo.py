"""Loads the demonstration school: its people, the library, and work in progress."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.management import BaseCommand, CommandError

from candyce.accounts.demo import load_demo_people
from candyce.lib.errors import CandyceError


class Command(BaseCommand):
    help = "Load what is missing of the demonstration school. Refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            school = load_demo_people()
        except CandyceError as error:
            raise CommandError(str(error)) from error
        if find_spec("candyce.library.loader"):
            import_module("candyce.library.loader").load_content()
        if find_spec("candyce.library.demo"):
            import_module("candyce.library.demo").load_demo_library(school)
        if find_spec("candyce.assignments.demo"):
            import_module("candyce.assignments.demo").load_demo_assignments(school)
        if find_spec("candyce.library.advice.demo"):
            import_module("candyce.library.advice.demo").load_demo_uses(school)
        if options["verbosity"] > 1:
            self.stdout.write(str(school.organisation))
