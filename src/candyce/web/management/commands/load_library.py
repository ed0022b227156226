"""Loads the library that ships."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand

from candyce.library.loader import load_content


class Command(BaseCommand):
    help = "Load the resources of content/ that are new or changed."

    def handle(self, *args: Any, **options: Any) -> None:
        for slug in load_content():
            self.stdout.write(slug)
