"""Usernames made of names: ``ines.moreau``, then ``ines.moreau2`` for the next of that name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from candyce.accounts.models import User
from candyce.lib.text import to_handle

LONGEST = 60
CHUNK = 500  # SQLite takes at most some hundreds of parameters with comfort


def get_base(given_name: str, family_name: str) -> str:
    """``given.family`` in ASCII; ``person`` where no letter can be written in ASCII."""
    parts = [to_handle(given_name)[:30].strip("-"), to_handle(family_name)[:29].strip("-")]
    return ".".join(part for part in parts if part) or "person"


def find_taken(usernames: Iterable[str]) -> set[str]:
    """Those of ``usernames`` that accounts already have."""
    wanted = iter(usernames)
    taken: set[str] = set()
    while chunk := list(islice(wanted, CHUNK)):
        taken.update(User.objects.filter(username__in=chunk).values_list("username", flat=True))
    return taken


def make_usernames(names: Sequence[tuple[str, str]], *, reserved: Iterable[str] = ()) -> list[str]:
    """One free username for each ``(given name, family name)``, in order; all different."""
    used = set(reserved)
    bases = [get_base(*name) for name in names]
    chosen: list[str | None] = [None] * len(bases)
    numbers = [1] * len(bases)
    waiting = list(range(len(bases)))
    while waiting:
        candidates = {}
        for index in waiting:
            while (name := _numbered(bases[index], numbers[index])) in used:
                numbers[index] += 1
            used.add(name)
            candidates[index] = name
        taken = find_taken(candidates.values())
        for index, name in candidates.items():
            if name not in taken:
                chosen[index] = name
        waiting = [index for index in waiting if chosen[index] is None]
    return [name for name in chosen if name is not None]


def _numbered(base: str, number: int) -> str:
    return base if number == 1 else f"{base}{number}"
