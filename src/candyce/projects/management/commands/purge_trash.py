"""``./candyce manage purge_trash``: to be run once a day by the operator's scheduler."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from candyce.projects.actions import purge_trash
from candyce.projects.blobs import do_purge_blobs


class Command(BaseCommand):
    help = "Delete for good the projects that were long in the trash, and contents nothing names."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(f"{purge_trash()} projects, {do_purge_blobs()} contents deleted.")
