"""Who ran a cell: kept beside the cells, in the root map ``state`` under ``runs``, written by the server alone.

``runs``: ``{cell id: {"by": display name, "username": …, "at": ISO 8601 moment in UTC}}``. It is no part of the
``.ipynb``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pycrdt import Array, Doc, Map

# A cell that prints for an hour is noted once a minute.
AGAIN_AFTER = timedelta(minutes=1)


@dataclass(slots=True, frozen=True)
class Author:
    """The person whose page sent an update."""

    username: str
    name: str


def note(doc: Doc, places: Iterable[int], author: Author, now: datetime | None = None) -> bool:
    """Note that ``author`` ran the cells at these places; gives whether anything was written.

    A cell whose outputs are gone was run by nobody. To be called inside a transaction of the document.
    """
    now = now or datetime.now(UTC)
    cells: Array = doc.get("cells", type=Array)
    state: Map = doc.get("state", type=Map)
    count, wrote = len(cells), False
    for index in places:
        if index >= count:
            continue
        cell = cells[index]
        held = state.get("runs")
        known = held.get(cell["id"]) if isinstance(held, Map) else None
        if not len(cell.get("outputs", ())):
            if known is not None and held is not None:
                del held[cell["id"]]
                wrote = True
        elif not _is_fresh(known, author, now):
            if not isinstance(held, Map):
                state["runs"] = Map()
                held = state["runs"]
            moment = now.isoformat(timespec="seconds")
            held[cell["id"]] = {"by": author.name, "username": author.username, "at": moment}
            wrote = True
    return wrote


def _is_fresh(known: object, author: Author, now: datetime) -> bool:
    if not isinstance(known, dict) or known.get("username") != author.username:
        return False
    try:
        return now - datetime.fromisoformat(str(known.get("at"))) < AGAIN_AFTER
    except (ValueError, TypeError):
        return False
