"""Searching as one types, with facets and visibility, beside PostgreSQL full text and SQLite FTS5.

    python bench/search/run.py --count 10000 100000
    python bench/search/run.py --count 1000000 --sessions 40 --every 15

The same generated resources and keystrokes for all (made.py says what they assume), one after the other, one core each.
A keystroke asks for the first page of 24, the total, and the counts of ten facets, as a teacher of one school may see
them; the others, which take seconds for each of a million, are asked one keystroke in ``--every``. Ours forgives misprints and knows synonyms; the others do not. Prints, for each: seconds and processor seconds
to index, megabytes, and milliseconds of a keystroke on the clock and on the processor (of the server, for PostgreSQL).
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
Keystroke = tuple[str, dict[str, tuple[str, ...]]]


def get_cpu(pid: int) -> float:
    """Seconds that a process has run (all its threads)."""
    if pid == os.getpid():
        return time.process_time()  # the other counts what runs by whole ticks
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def get_share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def measure(
    name: str, count: int, keystrokes: list[Keystroke], *,
    index: Callable[[], None], get_size: Callable[[], int], ask: Callable[..., int], pid: int,
) -> None:  # fmt: skip
    """One line of the table."""
    own = os.getpid()
    before, clock = get_cpu(own) + (get_cpu(pid) if pid != own else 0), time.perf_counter()
    index()
    seconds = time.perf_counter() - clock
    spent = get_cpu(own) + (get_cpu(pid) if pid != own else 0) - before
    ask("zz", {})
    wall, cpu, late = [], [], 0
    for text, choices in keystrokes:
        before, clock = get_cpu(pid), time.perf_counter()
        late += ask(text, choices) < 0
        wall.append(1000 * (time.perf_counter() - clock))
        cpu.append(1000 * (get_cpu(pid) - before))
    print(
        f"| {count:,} | {name} | {seconds:.0f} | {spent:.0f} | {get_size() / 1e6:.0f} |"
        f" {get_share(wall, 0.5):.1f} | {get_share(wall, 0.95):.1f} |"
        f" {get_share(cpu, 0.5):.1f} | {get_share(cpu, 0.95):.1f} | {max(cpu):.0f} |"
        + (f" ({late} stopped after a minute)" if late else ""),
        flush=True,
    )


def compare(count: int, sessions: int, every: int, others: list[str], folder: Path) -> None:
    from bench.search import ours
    from bench.search.made import Maker
    from bench.search.postgres import FullText
    from bench.search.sqlite import Fts5

    from candyce.launch.postgres import throw_away_postgres
    from candyce.library.finding import store

    keystrokes = Maker(seed=6).make_queries(sessions)
    made: Callable[[], Any] = lambda: Maker(seed=5).make_resources(count)  # noqa: E731
    me = os.getpid()
    measure(
        "Candyce", count, keystrokes, pid=me, ask=ours.ask, index=lambda: ours.index(made()),
        get_size=lambda: ours.get_size(store.get_folder()),
    )  # fmt: skip
    if "sqlite" in others:
        fts = Fts5(folder)
        measure(
            "SQLite FTS5", count, keystrokes[::every], pid=me, ask=fts.ask, index=lambda: fts.index(made()),
            get_size=fts.get_size,
        )  # fmt: skip
    if "postgres" in others:
        with throw_away_postgres() as url:
            full = FullText(url)
            measure(
                "PostgreSQL", count, keystrokes[::every], pid=full.pid, ask=full.ask,
                index=lambda: full.index(made()), get_size=full.get_size,
            )  # fmt: skip
            full.db.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, nargs="+", default=[10_000])
    parser.add_argument("--sessions", type=int, default=60, help="sessions of typing")
    parser.add_argument(
        "--every", type=int, default=1, help="of the others' keystrokes, one in so many"
    )
    parser.add_argument("--beside", nargs="*", default=["sqlite", "postgres"])
    arguments = parser.parse_args()
    print(
        "| resources | | index s | processor s | MB | p50 ms | p95 ms | p50 processor | p95 processor | most |"
    )
    print("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for count in arguments.count:
        folder = Path(tempfile.mkdtemp(prefix="candyce-search-"))
        os.environ["CANDYCE_DATA"] = str(folder)
        os.environ["CANDYCE_SEARCH_DIR"] = str(folder / "search")
        os.environ["DJANGO_SETTINGS_MODULE"] = "candyce.settings"
        import django
        from django.conf import settings

        django.setup()
        settings.SEARCH_DIR = folder / "search"
        try:
            compare(count, arguments.sessions, arguments.every, arguments.beside, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
