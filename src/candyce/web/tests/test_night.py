"""The chores of the night: planned once, done in order, planned again whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from candyce.web import tasks

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def _queue(settings, monkeypatch):
    # The worker stands in the test's own transaction and process.
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    monkeypatch.setattr(db_worker.Worker, "configure_signals", lambda _self: None)
    settings.TASKS = {
        "default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}
    }


def test_the_next_night_is_ahead_also_when_clocks_change():
    at = datetime(2026, 11, 21, 3, 0, tzinfo=PARIS)
    assert tasks.get_next_night(at) == datetime(2026, 11, 21, 3, 17, tzinfo=PARIS)
    assert tasks.get_next_night(at + timedelta(hours=1)) == datetime(
        2026, 11, 22, 3, 17, tzinfo=PARIS
    )
    spring = datetime(2026, 3, 28, 12, tzinfo=PARIS)
    assert tasks.get_next_night(spring) == datetime(2026, 3, 29, 3, 17, tzinfo=PARIS)


def test_the_night_is_planned_once():
    assert tasks.plan_night()
    assert not tasks.plan_night()
    [row] = DBTaskResult.objects.all()
    assert timedelta(0) < row.run_after - timezone.now() <= timedelta(hours=25)


def work():
    call_command("work", "--batch", "--queue-name", "*", "-v", "0", "--interval", "0")


def test_a_worker_that_starts_after_a_missed_night_does_its_work_and_plans_the_next():
    work()
    assert DBTaskResult.objects.get().status == "READY"
    DBTaskResult.objects.update(run_after=timezone.now() - timedelta(hours=5))
    work()
    done, planned = DBTaskResult.objects.order_by("run_after")
    assert done.status == "SUCCESSFUL"
    assert set(done.return_value) == {
        "purge",
        "tidy_documents",
        "thin_histories",
        "advise",
        "keep_records",
        "execute_in_turn",
        "keep_search_index",
    }
    assert (planned.status, planned.run_after > timezone.now()) == ("READY", True)


def test_a_chore_that_fails_stops_neither_the_others_nor_the_next_night(monkeypatch):
    class Broken:
        name = "broken"

        def call(self):
            raise ValueError("no")

    monkeypatch.setattr(tasks, "CHORES", (Broken(), *tasks.CHORES))
    tasks.plan_night()
    DBTaskResult.objects.update(run_after=timezone.now())
    work()
    failed = DBTaskResult.objects.get(status="FAILED")
    assert "ValueError: no" in failed.traceback
    assert DBTaskResult.objects.filter(status="READY").count() == 1
