"""What the worker does by itself every night, whoever is or is not there to ask."""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta

from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from candyce.collab.tasks import thin_histories, tidy_documents
from candyce.library.advice.tasks import advise
from candyce.library.finding.tasks import keep_search_index
from candyce.library.opendata.tasks import keep_records
from candyce.library.trust.tasks import execute_in_turn
from candyce.projects.tasks import purge

logger = logging.getLogger(__name__)

HOUR = time(3, 17)  # of the school's time zone
# In this order: what is merged can be thinned, what is thrown away need be neither, and what the index
# may take long over keeps nothing waiting.
CHORES = (
    purge,
    tidy_documents,
    thin_histories,
    advise,
    keep_records,
    execute_in_turn,
    keep_search_index,
)


@task()
def night() -> dict[str, object]:
    """Empty the trash, merge logs, thin histories, execute the library in turn; then plan the next night.

    One chore that fails does not keep the others from being done; the failure is the task's in the end.
    """
    done: dict[str, object] = {}
    errors: list[Exception] = []
    try:
        for chore in CHORES:
            try:
                done[chore.name] = chore.call()
            except Exception as error:
                logger.exception("A chore of the night failed: %s", chore.name)
                errors.append(error)
    finally:
        plan_night()
    if errors:
        raise ExceptionGroup("chores of the night failed", errors)
    return done


def plan_night(now: datetime | None = None) -> bool:
    """Have the next night's work done, unless it is planned already; gives whether it was planned now.

    A worker that was stopped in the night finds the plan due when it starts. Two workers that start in
    the same instant may plan twice: the chores do no harm done twice, and both plan one successor.
    """
    planned = DBTaskResult.objects.filter(task_path=night.module_path, status="READY")
    if not night.get_backend().supports_defer or planned.exists():
        return False
    night.using(run_after=get_next_night(now or timezone.now())).enqueue()
    return True


def get_next_night(now: datetime) -> datetime:
    """The next moment at which the clock of the school shows :data:`HOUR`."""
    local = timezone.localtime(now)
    found = timezone.make_aware(datetime.combine(local.date(), HOUR))
    if found > local:
        return found
    return timezone.make_aware(datetime.combine(local.date() + timedelta(days=1), HOUR))
