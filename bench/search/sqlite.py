"""SQLite FTS5 on the same resources: five columns with BM25 weights, no stems, accents folded, beginnings indexed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from bench.search.made import Made
from bench.search.ours import AUTHOR, SCHOOL

from candyce.library.finding.words import split

FACETS = ["discipline", "kind", "duration", "theme", "language", "kernel", "licence"]
SEVERAL = ["level", "mark", "package"]
SEEN = f"(visibility IN ('everyone', 'teachers') OR author = {AUTHOR} OR (visibility = 'establishment' AND school = {SCHOOL}))"


class Fts5:
    """One file; ``ask`` gives the total."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "fts5.sqlite3"
        self.db = sqlite3.connect(self.path)
        self.db.execute("PRAGMA cache_size=-400000")

    def index(self, resources: Iterator[Made]) -> None:
        self.db.executescript(
            "CREATE VIRTUAL TABLE words USING fts5(title, keywords, objectives, abstract, content,"
            " content='', prefix='2 3 4 5', tokenize='unicode61 remove_diacritics 2');"
            f"CREATE TABLE facts(id INTEGER PRIMARY KEY, visibility, school, author, {', '.join(FACETS)});"
            "CREATE TABLE several(id INTEGER, name TEXT, value TEXT, PRIMARY KEY(id, name, value)) WITHOUT ROWID;"
        )
        for n, one in enumerate(resources):
            self.db.execute(
                "INSERT INTO words(rowid, title, keywords, objectives, abstract, content) VALUES (?,?,?,?,?,?)",
                (n, one.title, one.keywords, one.objectives, one.abstract, one.content),
            )
            facts = [
                n,
                one.visibility,
                one.school,
                one.author,
                *(one.values[name][0] for name in FACETS),
            ]
            self.db.execute(f"INSERT INTO facts VALUES ({','.join('?' * len(facts))})", facts)
            rows = [(n, name, value) for name in SEVERAL for value in one.values[name]]
            self.db.executemany("INSERT INTO several VALUES (?,?,?)", rows)
        self.db.commit()
        self.db.execute("INSERT INTO words(words) VALUES ('optimize')")
        self.db.commit()
        self.db.execute("ANALYZE")

    def get_size(self) -> int:
        return self.path.stat().st_size

    def ask(self, text: str, choices: dict[str, tuple[str, ...]]) -> int:
        words = [f'"{word}"' for word in split(text)]
        if not words:
            return 0
        if not text.endswith(" "):
            words[-1] += "*"
        match = " ".join(words)
        extra = "".join(f" AND {_is(name, values[0])}" for name, values in choices.items())
        found = f"SELECT facts.id FROM words CROSS JOIN facts ON facts.id = words.rowid WHERE words MATCH ? AND {SEEN}"
        self.db.execute("DROP TABLE IF EXISTS temp.found")
        self.db.execute("CREATE TEMP TABLE found(id INTEGER PRIMARY KEY)")
        self.db.execute(f"INSERT INTO found {found}{extra}", (match,))
        total: int = self.db.execute("SELECT count(*) FROM found").fetchone()[0]
        self.db.execute(
            f"{found}{extra} AND rank MATCH 'bm25(8, 5, 3, 2, 1)' ORDER BY rank LIMIT 24", (match,)
        ).fetchall()
        for name in FACETS:
            self.db.execute(
                f"SELECT {name}, count(*) FROM found CROSS JOIN facts USING (id) GROUP BY 1"
            ).fetchall()
        self.db.execute(
            "SELECT name, value, count(*) FROM found CROSS JOIN several USING (id) GROUP BY 1, 2"
        ).fetchall()
        return total


def _is(name: str, value: str) -> str:
    if name in FACETS:
        return f"{name} = '{value}'"
    return f"EXISTS (SELECT 1 FROM several s WHERE s.id = facts.id AND s.name = '{name}' AND s.value = '{value}')"
