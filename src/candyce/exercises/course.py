"""nbgrader's layout of a course: ``source/<assignment>/…`` is what the teacher writes, ``release/<assignment>/…``
what pupils get.

Source: nbgrader's documentation, "The philosophy and the approach"; ``coursedir.py`` (``directory_structure``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

Entry = TypeVar("Entry")

# What only a course of nbgrader has beside its folder ``source``.
SIGNS = ("nbgrader_config.py", "gradebook.db", "release", "submitted", "autograded", "feedback")
ASSIGNMENT_LIMIT = 100


def find_assignments(paths: Iterable[str]) -> dict[str, dict[str, str]]:
    """``{assignment: {path in it: path given}}``; empty where the files are no course.

    The folder ``source`` stands at the top or in one folder around everything. Files beside the assignments
    (a header, a configuration) and the other steps (``submitted`` holds pupils' work) are left out; empty folders
    (``path/``) come along.
    """
    known = [path.split("/") for path in paths]
    depths = {parts.index("source") for parts in known if "source" in parts[:2]}
    if not depths:
        return {}
    depth = min(depths)
    found: dict[str, dict[str, str]] = {}
    for parts in known:
        if len(parts) > depth + 2 and parts[depth] == "source" and any(parts[depth + 2 :]):
            inner = "/".join(parts[depth + 2 :])
            found.setdefault(parts[depth + 1], {})[inner] = "/".join(parts)
    return {name: files for name, files in found.items() if _has_notebook(files)}


def _has_notebook(files: Iterable[str]) -> bool:
    return any(path.lower().endswith(".ipynb") for path in files)


def is_course(paths: Iterable[str], notebooks: Iterable[bytes]) -> bool:
    """Whether the files are really nbgrader's, and not just in a folder of that name."""
    tops = {part for path in paths for part in path.split("/")[:2]}
    return not tops.isdisjoint(SIGNS) or any(b'"nbgrader"' in data for data in notebooks)


def lay_out(
    name: str, source: Mapping[str, Entry], release: Mapping[str, Entry]
) -> dict[str, Entry]:
    """The files of an assignment as nbgrader looks for them."""
    steps = {"source": source, "release": release}
    return {
        f"{step}/{name}/{path}": entry
        for step, files in steps.items()
        for path, entry in files.items()
    }
