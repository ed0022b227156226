"""Processes that serve pages load no numerical library: only one module does, and only the night asks for it."""

from __future__ import annotations

import re
from pathlib import Path

import candyce

HEAVY = re.compile(
    r"^(?:from|import) (?:scipy|implicit|candyce\.library\.advice\.learning)", re.MULTILINE
)


def test_only_the_night_loads_scipy_and_implicit():
    root = Path(candyce.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "tests" not in path.parts and HEAVY.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"library/advice/learning.py"}
