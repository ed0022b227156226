"""Marking copies: queued, run in the sandbox, written down. What a person wrote is never touched."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments.models import Assignment, Copy
from candyce.compute.files import unpack
from candyce.compute.sandbox.box import NoSandbox
from candyce.compute.sandbox.pool import Pool
from candyce.compute.sandbox.runner import NoEnvironment, Outcome, name_runner
from candyce.exercises.restore import prepare
from candyce.grading import reasons
from candyce.grading.actions.answers import hold_copy, propose_mark
from candyce.grading.models import Answer, AnswerEvent, Sheet
from candyce.grading.scoring import Score, score
from candyce.grading.sources import (
    AuthorNotebook,
    find_notebook,
    get_author_notebooks,
)
from candyce.projects.actions import cut_version
from candyce.projects.models import Version

logger = logging.getLogger(__name__)
State = Sheet.State
STALE = timedelta(minutes=20)  # a marking that runs for longer lost its worker


def queue_marking(copies: Iterable[Copy], *, acting_user: User | None) -> list[Sheet]:
    """Have copies marked: the version handed in, else what the copy holds now.

    ``acting_user``: who asks (raises :class:`Forbidden` when a copy is not theirs to mark), or None for
    the clock and for handing in. Copies of work without questions are left out.
    """
    sheets = []
    waiting: set[str] = set()
    for copy in copies:
        if acting_user is not None:
            access.check_copy(acting_user, copy, "mark")
        if not get_author_notebooks(copy.assignment):
            continue
        with transaction.atomic():
            version = None
            if copy.state != Copy.State.WORKING:
                version = copy.handed_in_version or copy.returned_version
            if version is None:
                version = cut_version(
                    copy.project, Version.Reason.HANDED_IN, acting_user=acting_user
                )
            sheet, _made = Sheet.objects.select_for_update().get_or_create(copy=copy)
            sheet.state, sheet.reason, sheet.version = State.QUEUED, "", version
            sheet.queued_at, sheet.started_at, sheet.finished_at = timezone.now(), None, None
            sheet.save()
            do_audit("marking_queued", copy, acting_user=acting_user)
        sheets.append(sheet)
        waiting.add(str(copy.assignment_id))
    transaction.on_commit(partial(_plan, sorted(waiting)))
    return sheets


def _plan(assignment_ids: Iterable[str]) -> None:
    from candyce.grading.tasks import mark_assignment

    for pk in assignment_ids:
        mark_assignment.enqueue(pk)


def mark_waiting(assignment: Assignment, *, workers: int | None = None) -> dict[str, int]:
    """Mark all copies of an assignment that wait, several at once; gives how many ended in which state."""
    _revive_stale(assignment)
    counts: dict[str, int] = defaultdict(int)
    with Pool(workers) as pool:
        while sheets := _claim(assignment, pool.workers * 4):
            for sheet in _mark(sheets, pool):
                counts[sheet.state] += 1
    return dict(counts)


def mark_copy(sheet: Sheet) -> Sheet:
    """Mark one copy now, whatever its state."""
    with Pool(1) as pool:
        _start([sheet])
        [sheet] = _mark([sheet], pool)
    return sheet


def _claim(assignment: Assignment, number: int) -> list[Sheet]:
    """The oldest waiting sheets, taken so that no other worker takes them too."""
    waiting = Sheet.objects.filter(copy__assignment=assignment, state=State.QUEUED)
    found = list(
        waiting.order_by("queued_at").select_related(
            "copy__assignment__version", "version", "copy__project"
        )[:number]
    )
    mine = [
        sheet
        for sheet in found
        if Sheet.objects.filter(pk=sheet.pk, state=State.QUEUED).update(state=State.RUNNING)
    ]
    _start(mine)
    return mine


def _start(sheets: Iterable[Sheet]) -> None:
    for sheet in sheets:
        sheet.state, sheet.started_at, sheet.reason = State.RUNNING, timezone.now(), ""
        sheet.save(update_fields=("state", "started_at", "reason"))


def _revive_stale(assignment: Assignment) -> None:
    """Copies whose worker was stopped in the middle are marked again."""
    Sheet.objects.filter(
        copy__assignment=assignment,
        state=State.RUNNING,
        started_at__lt=timezone.now() - STALE,
    ).update(state=State.QUEUED)


Run = tuple[AuthorNotebook, dict[str, Any] | None, "Future[Outcome] | None", str]


def _mark(sheets: list[Sheet], pool: Pool) -> list[Sheet]:
    """Run the sheets' copies side by side; each is written down as soon as it is done."""
    with ExitStack() as stack:
        jobs = [(sheet, _submit(sheet, pool, stack)) for sheet in sheets]
        for sheet, runs in jobs:
            try:
                _finish(sheet, [_judge(*run) for run in runs] if runs is not None else None)
            except NoSandbox as error:
                logger.warning("No copy can be marked on this machine: %s", error)
                _fail(sheet, reasons.NO_SANDBOX)
            except NoEnvironment as error:
                logger.warning("No copy can be marked in this environment: %s", error)
                _fail(sheet, reasons.NO_ENVIRONMENT)
            except Exception:
                logger.exception("Marking the copy %s failed", sheet.copy_id)
                _fail(sheet, reasons.INTERNAL)
    return sheets


def _submit(sheet: Sheet, pool: Pool, stack: ExitStack) -> list[Run] | None:
    """What is run for one copy: each of the author's notebooks; None when reading it failed."""
    try:
        tree = sheet.version.tree if sheet.version else {}
        files = stack.enter_context(unpack(tree))
        runs: list[Run] = []
        for author in get_author_notebooks(sheet.copy.assignment):
            notebook = find_notebook(author, tree)
            future = None
            if any(item.kind == "tests" for q in author.questions for item in q.items):
                steps = prepare(author.notebook, notebook or {"cells": []})
                future = pool.submit(author, steps, files)
            missing = "" if notebook is not None else reasons.NO_NOTEBOOK
            if missing and author.path in tree:
                missing = reasons.UNREADABLE
            runs.append((author, notebook, future, missing))
    except Exception:
        logger.exception("Reading the copy %s failed", sheet.copy_id)
        return None
    return runs


def _judge(
    author: AuthorNotebook,
    notebook: dict[str, Any] | None,
    future: Future[Outcome] | None,
    missing: str,
) -> tuple[AuthorNotebook, list[Score], str]:
    """The scores of one notebook, and the reason that the sheet shall tell."""
    outcome = Outcome() if future is None else future.result()
    if outcome.reason == reasons.SANDBOX_FAILED:
        raise RuntimeError(outcome.reason)
    return author, score(author, notebook, outcome), outcome.reason or missing


def _fail(sheet: Sheet, reason: str) -> None:
    sheet.state, sheet.reason, sheet.finished_at = State.FAILED, reason, timezone.now()
    # Queued again in the meantime: that marking tells.
    Sheet.objects.filter(pk=sheet.pk, state=State.RUNNING).update(
        state=sheet.state, reason=reason, finished_at=sheet.finished_at
    )


def _finish(sheet: Sheet, found: list[tuple[AuthorNotebook, list[Score], str]] | None) -> None:
    """Write the answers and the end of the marking; a marking that was overtaken writes nothing."""
    if found is None:
        _fail(sheet, reasons.INTERNAL)
        return
    with transaction.atomic():
        hold_copy(sheet.copy_id)
        now = Sheet.objects.select_for_update().get(pk=sheet.pk)
        if now.state != State.RUNNING or now.version_id != sheet.version_id:
            sheet.state = now.state
            return
        order = 0
        for author, scores, _reason in found:
            for one in scores:
                order += 1
                _do_write(now, author.path, one, order)
        now.state, now.finished_at = State.DONE, timezone.now()
        now.runner = ", ".join(sorted({name_runner(a.environment) for a, *_rest in found}))[:32]
        now.reason = next((reason for _author, _scores, reason in found if reason), "")
        now.save()
        propose_mark(now)
    sheet.state, sheet.reason, sheet.finished_at = now.state, now.reason, now.finished_at


def _do_write(sheet: Sheet, path: str, found: Score, order: int) -> None:
    answer = sheet.answers.filter(path=path, grade_id=found.grade_id).first()
    before = answer.auto_points if answer else None
    if answer is None:
        answer = Answer(sheet=sheet, path=path, grade_id=found.grade_id)
    answer.question_id, answer.title = found.question_id[:200], found.title[:300]
    answer.order, answer.kind, answer.points_max = order, found.kind, found.points_max
    answer.auto_points, answer.auto_detail = found.points, found.detail
    answer.save()
    if before != found.points:
        AnswerEvent.objects.create(
            answer=answer,
            by=None,
            verb=AnswerEvent.Verb.AUTO,
            before={"auto_points": None if before is None else str(before)},
            after={"auto_points": None if found.points is None else str(found.points)},
        )
