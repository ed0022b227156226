"""Work for the background worker."""

from __future__ import annotations

from django_tasks import task

from candyce.library.opendata.records import do_reconcile


@task()
def keep_records() -> int:
    """Put right the records of what is public; gives how many were behind."""
    return do_reconcile()
