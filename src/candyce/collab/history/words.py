"""What a run of work did, in words: "3 cells changed, 1 added; ran cell 2"."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from candyce.collab.history.marks import Mark
from candyce.collab.history.timeline import Entry


def say(mark: Mark) -> str:
    """One sentence without an end; cells that were added and changed are only said to be added."""
    did = mark["did"]
    if not did:
        return _say_typed(*mark["typed"])
    added = did.get("added", {})
    gone = {cell: place for cell, place in did.get("deleted", {}).items() if cell not in added}
    edited = _without(did.get("edited", {}), added, gone)
    ran = did.get("ran", {})
    parts = [
        _say_cells(edited, _say_edited),
        _say_cells(_without(added, did.get("deleted", {})), _say_added),
        _say_cells(gone, _say_deleted),
        _say_cells(_without(did.get("moved", {}), added, gone), _say_moved),
        _say_cells(_without(ran, gone), _say_ran),
        _say_cells(_without(did.get("outputs", {}), ran, added, gone), _say_outputs),
    ]
    said = [part for part in parts if part]
    return ", ".join(said) if said else _("settings changed")


def say_entry(entry: Entry) -> str:
    """What an entry of the timeline tells besides who and when."""
    if entry.mark is not None:
        return say(entry.mark)
    if entry.kind == "start":
        return _("The file as it was when it was first opened")
    if entry.kind == "day":
        text = ngettext("%(count)s change that day", "%(count)s changes that day", entry.count)
        return text % {"count": entry.count}
    return ""


def _without(cells: dict[str, int], *others: dict[str, int]) -> dict[str, int]:
    return {cell: place for cell, place in cells.items() if all(cell not in one for one in others)}


def _say_cells(cells: dict[str, int], say_them) -> str:  # type: ignore[no-untyped-def]
    places = list(cells.values())
    return say_them(len(places), places[0]) if places else ""


def _say_edited(count: int, place: int) -> str:
    if count == 1:
        return _("cell %(place)s changed") % {"place": place}
    return _("%(count)s cells changed") % {"count": count}


def _say_added(count: int, place: int) -> str:
    if count == 1:
        return _("cell %(place)s added") % {"place": place}
    return _("%(count)s cells added") % {"count": count}


def _say_deleted(count: int, place: int) -> str:
    if count == 1:
        return _("cell %(place)s deleted") % {"place": place}
    return _("%(count)s cells deleted") % {"count": count}


def _say_moved(count: int, place: int) -> str:
    if count == 1:
        return _("a cell moved to place %(place)s") % {"place": place}
    return _("%(count)s cells moved") % {"count": count}


def _say_ran(count: int, place: int) -> str:
    if count == 1:
        return _("cell %(place)s run") % {"place": place}
    return _("%(count)s cells run") % {"count": count}


def _say_outputs(count: int, place: int) -> str:
    if count == 1:
        return _("result of cell %(place)s changed") % {"place": place}
    return _("results of %(count)s cells changed") % {"count": count}


def _say_typed(added: int, taken: int) -> str:
    parts = []
    if added:
        text = ngettext("%(count)s character added", "%(count)s characters added", added)
        parts.append(text % {"count": added})
    if taken:
        text = ngettext("%(count)s character deleted", "%(count)s characters deleted", taken)
        parts.append(text % {"count": taken})
    return ", ".join(parts) or _("settings changed")
