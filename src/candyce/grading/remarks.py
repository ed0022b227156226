"""Comments in the notebooks, beside the answers at whose cells they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from candyce.assignments.models import Copy
from candyce.collab.comments.queries import get_threads_of
from candyce.collab.models import CommentThread
from candyce.exercises.format import get_id
from candyce.grading.asked import Asked
from candyce.grading.work import Work

Threads = list[CommentThread]
Remarks = dict[tuple[str, str], Threads]  # by path and cell


def get_remarks(copies: Iterable[Copy], *, hidden: bool) -> dict[UUID, Remarks]:
    """The threads of each copy's project; ``hidden``: also what waits for the return."""
    found: dict[UUID, Remarks] = defaultdict(dict)
    threads = get_threads_of((copy.project_id for copy in copies), hidden=hidden)
    for (project_id, path, cell), here in threads.items():
        found[project_id][path, cell] = here
    return found


def take(remarks: Remarks, asked: Asked, work: Work | None = None) -> Threads:
    """Those at a question's cells, and at the cells that the pupil added to them, taken out of ``remarks``."""
    cells = [item.cell_id for item in asked.items]
    cells += [get_id(cell) for cell in work.cells] if work else []
    return [
        thread for cell in dict.fromkeys(cells) for thread in remarks.pop((asked.path, cell), ())
    ]


def get_rest(remarks: Remarks) -> Threads:
    """What was not taken, oldest first."""
    rest = [thread for here in remarks.values() for thread in here]
    return sorted(rest, key=lambda thread: (thread.created_at, thread.pk))
