"""PostgreSQL full text on the same resources: weighted tsvectors with French and English stems, GIN, facets by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from bench.search.made import Made
from bench.search.ours import AUTHOR, SCHOOL
from bench.search.sqlite import FACETS, SEVERAL

from candyce.lib.text import fold
from candyce.library.finding.words import split

SEEN = f"(visibility IN ('everyone', 'teachers') OR author = {AUTHOR} OR (visibility = 'establishment' AND school = {SCHOOL}))"
LIMIT = 60_000  # milliseconds


class FullText:
    def __init__(self, url: str) -> None:
        self.db = psycopg.connect(url, autocommit=True)
        self.db.execute("SET work_mem = '256MB'")
        self.db.execute("SET maintenance_work_mem = '512MB'")
        self.db.execute("SET max_parallel_workers_per_gather = 0")  # one core, as the others
        self.db.execute(f"SET statement_timeout = {LIMIT}")
        self.pid = self.db.info.backend_pid

    def index(self, resources: Iterator[Made]) -> None:
        columns = ", ".join(f"{name} text" for name in FACETS)
        several = ", ".join(f"{name} text[]" for name in SEVERAL)
        self.db.execute("SET statement_timeout = 0")
        self.db.execute(
            f"CREATE TABLE made(id int, visibility text, school int, author int, {columns}, {several},"
            " a text, b text, c text, d text)"
        )
        with self.db.cursor().copy("COPY made FROM STDIN") as copy:
            for n, one in enumerate(resources):
                copy.write_row(
                    (
                        n, one.visibility, one.school, one.author,
                        *(one.values[name][0] for name in FACETS),
                        *(one.values[name] for name in SEVERAL),
                        fold(one.title), fold(one.keywords),
                        fold(f"{one.objectives} {one.abstract}"), fold(one.content),
                    )
                )  # fmt: skip
        vector = " || ".join(
            f"setweight(to_tsvector((CASE language WHEN 'fr' THEN 'french' ELSE 'english' END)::regconfig, {part}), '{part.upper()}')"
            for part in "abcd"
        )
        self.db.execute(
            f"CREATE TABLE resources AS SELECT id, visibility, school, author, {', '.join([*FACETS, *SEVERAL])},"
            f" {vector} AS words FROM made"
        )
        self.db.execute("DROP TABLE made")
        self.db.execute("CREATE INDEX ON resources USING gin (words)")
        self.db.execute("ANALYZE resources")
        self.db.execute(f"SET statement_timeout = {LIMIT}")

    def get_size(self) -> int:
        row: Any = self.db.execute("SELECT pg_total_relation_size('resources')").fetchone()
        return int(row[0])

    def ask(self, text: str, choices: dict[str, tuple[str, ...]]) -> int:
        words = split(text)
        if not words:
            return 0
        last = ":*" if not text.endswith(" ") else ""
        query = " & ".join([*(f"'{word}'" for word in words[:-1]), f"'{words[-1]}'{last}"])
        both = "(to_tsquery('french', %(query)s) || to_tsquery('english', %(query)s))"
        extra = "".join(
            f" AND {name} = '{values[0]}'"
            if name in FACETS
            else f" AND '{values[0]}' = ANY({name})"
            for name, values in choices.items()
        )
        found = f"SELECT * FROM resources WHERE words @@ {both} AND {SEEN}{extra}"
        counts = " UNION ALL ".join(
            [
                *(f"SELECT '{name}', {name}, count(*) FROM found GROUP BY 2" for name in FACETS),
                *(
                    f"SELECT '{name}', unnest({name}), count(*) FROM found GROUP BY 2"
                    for name in SEVERAL
                ),
                "SELECT 'total', '', count(*) FROM found",
            ]
        )
        kept = f"SELECT id, {', '.join([*FACETS, *SEVERAL])} FROM resources WHERE words @@ {both} AND {SEEN}{extra}"
        try:
            rows = self.db.execute(
                f"WITH found AS MATERIALIZED ({kept}) {counts}", {"query": query}
            ).fetchall()
            self.db.execute(
                f"{found} ORDER BY ts_rank(words, {both}) DESC LIMIT 24", {"query": query}
            ).fetchall()
        except psycopg.errors.QueryCanceled:
            return -1
        return int(rows[-1][2])
