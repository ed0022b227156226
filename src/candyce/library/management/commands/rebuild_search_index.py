"""Makes the search index of this node anew."""

from __future__ import annotations

import contextlib
import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand

from candyce.library.finding import keeping, store


class Command(BaseCommand):
    help = "Make this node's search index anew from the database; searching goes on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="only catch up, if the index can be used"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        with contextlib.suppress(OSError):
            os.nice(10)
        if options["if_needed"]:
            count = keeping.bring_up_to_date()
        else:
            with store.hold_lock(wait=True):
                count = keeping.rebuild()
        seconds = time.monotonic() - started
        if count is None:
            self.stdout.write("The search index is up to date.")
        else:
            self.stdout.write(f"{count} resources in {seconds:.1f} s.")
