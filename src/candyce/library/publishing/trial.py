"""The trial: the project runs from top to bottom, and addresses of other sites are asked, while the form is filled.

It is about one state of the files; when they change it starts again. Where nothing can be run here, or nobody
does the work, the result is "unavailable", which is said and keeps nobody from publishing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.library.models import Draft, Execution, Resource
from candyce.library.publishing.checks.findings import ADVICE, BLOCK, Finding
from candyce.library.publishing.content import get_digest, read_content
from candyce.library.publishing.outside import ask_links, say_why
from candyce.library.trust.execute import run_tree
from candyce.library.trust.words import REASONS

NOBODY = timedelta(minutes=2)  # after which a queued trial counts as one that nobody does
ENDLESS = timedelta(minutes=30)
QUEUED, RUNNING, DONE = "queued", "running", "done"
UNAVAILABLE = Execution.Result.UNAVAILABLE.value


@dataclass(frozen=True)
class Trial:
    """``waiting`` while it goes on; else ``result`` is one of :class:`Execution.Result`.

    ``message``: why it is not proved to work, where not all of it could be executed. ``links``: addresses asked; None where the network could not be asked.
    """

    waiting: bool
    result: str = ""
    kernel: str = ""
    message: str = ""
    links: int | None = None
    findings: list[Finding] = field(default_factory=list)


def plan_trial(draft: Draft, tree: dict[str, list]) -> None:
    """Have this state of the files tried, unless it is being tried or was."""
    from candyce.library.publishing.tasks import try_out

    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.trial and get_digest(locked.tree) == get_digest(tree):
            draft.tree, draft.trial = locked.tree, locked.trial
            return
        locked.tree = tree
        now = timezone.now().isoformat()
        locked.trial = {"state": QUEUED, "at": now, "token": secrets.token_hex(8)}
        locked.save(update_fields=("tree", "trial"))
        draft.tree, draft.trial = locked.tree, locked.trial
        key = str(draft.pk)
        transaction.on_commit(lambda: try_out.enqueue(key), robust=True)


def forget_trial(draft: Draft) -> None:
    """Have everything tried again."""
    Draft.objects.filter(pk=draft.pk).update(trial={}, tree={})


def read_trial(draft: Draft, digest: str, numbers: dict[tuple[str, int], str]) -> Trial:
    """What is known of the files with this digest; ``numbers``: notebook and cell's number -> its id."""
    trial = draft.trial
    if not trial or get_digest(draft.tree) != digest:
        return Trial(waiting=True)
    if trial["state"] != DONE:
        age = timezone.now() - datetime.fromisoformat(trial["at"])
        if age < (NOBODY if trial["state"] == QUEUED else ENDLESS):
            return Trial(waiting=True)
        trial = {"result": UNAVAILABLE}
    findings = [*_find_failure(trial, numbers), *_find_dead(trial)]
    message = trial.get("message", "")
    why = str(REASONS[message]) if message in Execution.NOT_WHOLE else ""
    kernel = trial.get("kernel", "")
    return Trial(
        waiting=False,
        result=trial["result"],
        kernel=kernel,
        message=why,
        links=trial.get("asked"),
        findings=findings,
    )


def read_execution(resource: Resource, numbers: dict[tuple[str, int], str]) -> Trial:
    """What the last execution of a published edition said, in the place of a trial."""
    if not resource.execution:
        age = timezone.now() - resource.version.created_at
        return Trial(waiting=age < NOBODY, result=UNAVAILABLE)
    runs = Execution.objects.filter(version=resource.version, result=resource.execution)
    found: dict[str, Any] = {"result": resource.execution}
    last = runs.first()
    if last is not None:
        found |= {"path": last.path, "cell": last.cell, "message": last.message}
    kernel = last.kernel if last else ""
    findings = _find_failure(found, numbers)
    return Trial(waiting=False, result=resource.execution, kernel=kernel, findings=findings)


def _find_failure(trial: dict[str, Any], numbers: dict[tuple[str, int], str]) -> list[Finding]:
    path, cell = trial.get("path", ""), trial.get("cell")
    number = 0 if cell is None else int(cell) + 1
    where = (path, number, numbers.get((path, number), ""))
    if trial["result"] == Execution.Result.FAILED:
        text = _("Run from top to bottom, this cell fails: %(message)s")
        mend = _(
            "Restart the kernel in the editor and run all cells: what was defined earlier is gone then."
        )
        message = trial.get("message", "")
        said = {"message": REASONS.get(message, message)}
        return [Finding("fails", BLOCK, text % said, mend, *where)]
    if trial["result"] == Execution.Result.WAITING:
        text = _("This cell waits for somebody to type: what comes after it could not be tried.")
        return [Finding("waits", ADVICE, text, "", *where)]
    if trial["result"] == Execution.Result.TOO_LONG:
        text = _("Run from top to bottom, it takes too long here: stopped.")
        return [Finding("too_long", ADVICE, text, _("Make the slowest cell smaller."), *where)]
    return []


def _find_dead(trial: dict[str, Any]) -> list[Finding]:
    text, mend = (
        _("This address does not answer: %(url)s (%(why)s)."),
        _("Correct the link or take it away."),
    )
    return [
        Finding(
            "dead_link", ADVICE, text % {"url": one["url"][:120], "why": say_why(one["why"])}, mend,
            one["path"], one["number"], one["cell_id"],
        )
        for one in trial.get("links", [])
    ]  # fmt: skip


def run_trial(draft: Draft) -> dict[str, Any]:
    """Run the files of the draft and ask its links; gives what is kept of it."""
    found = _run(draft.tree)
    return found | ask_links(read_content(draft.tree)) | {"state": DONE}


def _run(tree: dict[str, list]) -> dict[str, Any]:
    report = run_tree(tree)
    return {
        "result": str(report.result),
        "path": report.path,
        "cell": report.cell,
        "message": report.message[:500],
        "kernel": report.kernel,
    }
