"""The translations: found in the sources, kept in each room's catalogue, compiled; with Babel, no gettext program.

Source strings are English; French is complete (a test says so).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from candyce.lib.typography import set_french

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = str | tuple[str, ...]


def compile_messages(catalogues: Iterable[Path]) -> None:
    """Write the `.mo` beside each `.po`; fuzzy entries are left out, French is typeset."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for po in catalogues:
        with po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3], abort_invalid=True)
        if po.parts[-3] == "fr":
            _typeset(catalogue)
        with po.with_suffix(".mo").open("wb") as target:
            write_mo(target, catalogue)


def _typeset(catalogue: Catalog) -> None:
    for message in catalogue:
        if message.id:
            strings = tuple(set_french(one) for one in _strings(message.string))
            message.string = strings if isinstance(message.string, list | tuple) else strings[0]


def _read_source(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        from django.utils.translation.template import templatize

        # What is left between the messages is no Python; without indentation it tokenizes all the same.
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return text.encode()


def extract(room: Path) -> Iterator[tuple[Message, str | None, str]]:
    """Each message of a room's Python files and templates: message, context, where it stands."""
    from babel.messages.extract import extract_python

    for path in sorted(
        [*room.rglob("*.py"), *room.rglob("templates/**/*.html"), *room.rglob("templates/**/*.txt")]
    ):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        source = io.BytesIO(_read_source(path))
        where = path.relative_to(room.parent).as_posix()
        for _line, function, message, _comments in extract_python(
            source, KEYWORDS, [], {"encoding": "utf-8"}
        ):
            found = _normalise(function, message)
            if found is not None:
                yield (*found, where)


def _normalise(
    function: str | tuple[str, ...], message: object
) -> tuple[Message, str | None] | None:
    """What the keyword's arguments say: singular and plural, context."""
    function = str(function)
    parts = list(message) if isinstance(message, tuple | list) else [message]
    context = parts.pop(0) if "pgettext" in function else None
    plural = function.lstrip("n").startswith("gettext") and function.startswith("n")
    texts = [
        part
        for part in parts[: 2 if plural or function.startswith("np") else 1]
        if isinstance(part, str)
    ]
    if not texts or not texts[0]:
        return None
    return (tuple(texts) if len(texts) > 1 else texts[0]), context  # type: ignore[return-value]


def get_problems(root: Path, language: str = "fr") -> list[str]:
    """What is missing or not translated in each room's catalogue."""
    from babel.messages.pofile import read_po

    problems = []
    for room in sorted(path for path in (root / "src/candyce").iterdir() if path.is_dir()):
        wanted = list(extract(room))
        po = room / "locale" / language / "LC_MESSAGES" / "django.po"
        if wanted and not po.exists():
            problems.append(f"{room.name}: no catalogue")
            continue
        if not po.exists():
            continue
        catalogue = read_po(po.open("rb"), locale=language)
        for message, context, where in wanted:
            entry = catalogue.get(message, context)
            if entry is None or entry.fuzzy or not entry.string or not all(_strings(entry.string)):
                problems.append(f"{where}: {message!r}")
    return sorted(set(problems))


def _strings(value: object) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [str(value)]


def update(root: Path, rooms: Iterable[str] = (), language: str = "fr") -> None:
    """Add the messages that each room's catalogue (or those named) lacks, to be translated; drop what is unused."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    for room in sorted(path for path in (root / "src/candyce").iterdir() if path.is_dir()):
        wanted = list(extract(room))
        if not wanted or (rooms and room.name not in rooms):
            continue
        po = room / "locale" / language / "LC_MESSAGES" / "django.po"
        po.parent.mkdir(parents=True, exist_ok=True)
        old = read_po(po.open("rb"), locale=language) if po.exists() else Catalog(locale=language)
        new = Catalog(
            locale=language, project="Candyce", header_comment="# French", charset="utf-8"
        )
        for message, context, where in wanted:
            before = old.get(message, context)
            string = before.string if before else None
            new.add(message, string, locations=[(where, 0)], context=context)
        with po.open("wb") as target:
            write_po(
                target, new, width=100, omit_header=False, include_lineno=False, sort_output=True
            )
