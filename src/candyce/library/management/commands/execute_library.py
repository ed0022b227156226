"""Executes resources now, and says what came of each."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from candyce.library.models import Resource
from candyce.library.trust import actions
from candyce.library.trust.queries import get_executions


class Command(BaseCommand):
    help = "Execute resources of the library from top to bottom: those named, or all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", help="the last word of the resource's address")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Resource.objects.filter(withdrawn_at=None).order_by("pk")
        if options["slugs"]:
            found = found.filter(pk__in=options["slugs"])
            missing = set(options["slugs"]) - {one.pk for one in found}
            if missing:
                raise CommandError("No such resource: " + ", ".join(sorted(missing)))
        for resource in found:
            actions.execute(resource.pk)
            last = get_executions(resource).first()
            if last is not None:
                place = f" {last.path}[{last.cell}] {last.message}" if last.message else ""
                self.stdout.write(f"{last.result:12}{last.seconds:7.1f} s  {resource.pk}{place}")
