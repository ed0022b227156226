"""The library's own search over generated resources: the code that the pages run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bench.search.made import Made

SCHOOL, AUTHOR = 7, 7


def make_entries(resources: Iterator[Made]) -> Iterator[object]:
    """Entries as :func:`schema.make_entry` makes them of rows."""
    from candyce.library.finding import schema

    for one in resources:
        hidden = [f"by:{one.author}"]
        if one.visibility != "everyone":
            hidden.append("not:everyone")
        if one.visibility in {"establishment", "me"}:
            hidden.append("not:teachers")
        if one.visibility == "establishment":
            hidden.append(f"at:{one.school}")
        yield schema.Entry(
            slug=one.slug,
            language=one.values["language"][0],
            title=one.title,
            parts={
                "title": one.title,
                "keywords": one.keywords,
                "objectives": one.objectives,
                "abstract": one.abstract,
                "other": one.values["theme"][0],
            },
            content=one.content,
            values=one.values,
            hidden=hidden,
            weight=schema.weigh(one.values["mark"], one.published_at),
            published_at=one.published_at,
        )


def index(resources: Iterator[Made]) -> None:
    from candyce.library.finding import store

    store.get_folder().mkdir(parents=True, exist_ok=True)
    store.make_index(make_entries(resources), low=0, at=time.time())


def get_size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def ask(text: str, choices: dict[str, tuple[str, ...]]) -> int:
    """One keystroke: page, total and all facets, as a teacher of one school may see them; gives the total."""
    from candyce.library.finding import search, store
    from candyce.library.finding.asked import Asked
    from candyce.library.finding.plan import Sight

    sight = Sight("not:teachers", (f"at:{SCHOOL}", f"by:{AUTHOR}"))
    return search.search(store.open_index(), sight, Asked(text=text, chosen=choices)).total
