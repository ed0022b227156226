"""Checks before publishing. Those of this package read files alone; the trial runs them in the background."""

from __future__ import annotations

from candyce.accounts.models import User
from candyce.library.publishing.checks.exercises import find_exercises
from candyce.library.publishing.checks.findings import ADVICE, BLOCK, CONFIRM, Finding
from candyce.library.publishing.checks.links import find_links
from candyce.library.publishing.checks.personal import find_personal
from candyce.library.publishing.checks.sizes import find_sizes
from candyce.library.publishing.content import Content

__all__ = ["ADVICE", "BLOCK", "CONFIRM", "Finding", "find_all", "sort_findings"]

SHOWN = 200  # findings of one project
_ORDER = {BLOCK: 0, CONFIRM: 1, ADVICE: 2}


def find_all(content: Content, user: User) -> list[Finding]:
    """What reading the files tells."""
    found = [
        *find_sizes(content),
        *find_exercises(content),
        *find_links(content),
        *find_personal(content, user),
    ]
    return sort_findings(found)[:SHOWN]


def sort_findings(found: list[Finding]) -> list[Finding]:
    """What is to be mended first, then what is to be looked at, then advice; each in the order of the files."""
    once = list(dict.fromkeys(found))
    return sorted(once, key=lambda one: (_ORDER[one.level], one.path, one.number))
