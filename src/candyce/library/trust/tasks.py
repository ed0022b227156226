"""Work for the background worker: it waits behind everything that a person waits for."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from candyce.library.news import do_purge_news
from candyce.library.trust import actions
from candyce.library.trust.queries import find_due

logger = logging.getLogger(__name__)

LAST = -50  # among the tasks that wait


@task()
def execute_resource(slug: str) -> str:
    """Execute what was published; where that is switched off, make its picture all the same."""
    if not settings.LIBRARY_MINUTES:
        actions.illustrate(slug)
        return ""
    done = actions.execute(slug)
    return done.result if done is not None else ""


def plan_execution(slug: str) -> None:
    """Have a resource executed soon."""
    if execute_resource.get_backend().supports_defer:
        execute_resource.using(priority=LAST).enqueue(slug)


@task()
def execute_next(until: str) -> str:
    """Execute the resource that waited longest, then plan the next, until the night's time is over.

    One at a time, so that a copy that is handed in meanwhile waits for one resource at most.
    """
    if timezone.now() >= datetime.fromisoformat(until):
        return ""
    slug = find_due().values_list("pk", flat=True).first()
    if slug is None:
        return ""
    try:
        done = actions.execute(slug)
    except Exception:
        # One that stops us must not keep the others from their turn.
        logger.exception("A resource could not be executed: %s", slug)
        done = actions.do_give_up(slug)
    if execute_next.get_backend().supports_defer:
        execute_next.using(priority=LAST).enqueue(until)
    return f"{slug}: {done.result}" if done is not None else slug


@task()
def execute_in_turn() -> dict[str, int]:
    """The night's chore: begin executing all again, forget what was found too long ago, and old news."""
    due = find_due().count() if settings.LIBRARY_MINUTES else 0
    if due and execute_next.get_backend().supports_defer:
        until = timezone.now() + timedelta(minutes=settings.LIBRARY_MINUTES)
        execute_next.using(priority=LAST).enqueue(until.isoformat())
    return {"due": due, "expired": actions.do_expire(), "news": do_purge_news()}
