"""``./candyce manage work``: the background worker, which also sees to each night's chores and takes up
what was being marked."""

from __future__ import annotations

from typing import Any

from django_tasks_db.management.commands.db_worker import Command as Worker

from candyce.grading.tasks import resume_marking
from candyce.web.tasks import plan_night


class Command(Worker):
    help = "Run the background worker"

    def handle(self, **options: Any) -> None:
        plan_night()
        resume_marking.call()
        super().handle(**options)
