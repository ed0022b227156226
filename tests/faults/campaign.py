"""Hundreds of faults at random moments while people type; a table of what they cost.

    python -m tests.faults.campaign --count 200 --seed 7

Three quarters of the faults hit two web processes on PostgreSQL and Redis, the others one web process
on SQLite. The exit code is 1 when anything acknowledged is not there exactly once, when replicas or files
differ, numbers have gaps, or something was refused that should not be.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "candyce.settings")

from candyce.launch.postgres import find_programs

from .injuries import CLUSTER, LAPTOP, Fault, storm
from .machines import ROOT
from .world import World

COMPARE_EVERY = 10  # faults


@dataclass
class Row:
    """What one kind of fault cost. Times in seconds."""

    times: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    longest: float = 0.0
    healed: float = 0.0


@dataclass
class Report:
    seed: int
    rows: dict[str, Row] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return sum(row.times for row in self.rows.values())

    def table(self) -> str:
        """Markdown. ``longest wait``: of a word typed during the fault, until it was saved."""
        head = ["fault", "times", "edits acknowledged", "lost", "doubled", "longest wait s"]
        lines = [f"| {' | '.join(head)} |", "|---|---:|---:|---:|---:|---:|"]
        total = Row()
        for name, row in sorted(self.rows.items()):
            lines.append(_format(name, row))
            total.times += row.times
            total.acknowledged += row.acknowledged
            total.lost += row.lost
            total.doubled += row.doubled
            total.longest = max(total.longest, row.longest)
        lines.append(_format("**all**", total))
        return "\n".join(lines)


def _format(name: str, row: Row) -> str:
    cells = [name, row.times, row.acknowledged, row.lost, row.doubled, f"{row.longest:.1f}"]
    return f"| {' | '.join(map(str, cells))} |"


def choose(faults: dict[str, Fault], count: int, chance: random.Random) -> list[str]:
    """Each kind as often as the others, in random order."""
    names: list[str] = []
    while len(names) < count:
        some = list(faults)
        chance.shuffle(some)
        names += some
    return names[:count]


async def run(
    world: World, faults: dict[str, Fault], names: Iterable[str], report: Report, *, say: bool
) -> None:
    """Inject the faults one after the other, checking after each."""
    try:
        await world.start()
        await world.settle()
        for number, name in enumerate(names, 1):
            await asyncio.sleep(world.chance.uniform(0.05, 0.8))
            await _inject(world, name, faults[name], report, say=say)
            if world.findings:
                _say_findings(world)
                return  # what comes after would only say the same again
            if number % COMPARE_EVERY == 0:
                await world.check_replicas()
        await world.check_replicas()
        await world.check_disk()
    finally:
        await world.close()
        _conclude(world, report)


async def _inject(world: World, name: str, fault: Fault, report: Report, *, say: bool) -> None:
    before = len(world.ledger.acknowledged)
    lost, doubled = len(world.findings.lost), len(world.findings.doubled)
    world.ledger.waits.clear()
    start = time.monotonic()
    await fault(world)
    healed = await world.settle()
    await world.check_disk()
    row = report.rows.setdefault(name, Row())
    row.times += 1
    row.acknowledged += len(world.ledger.acknowledged) - before
    row.lost += len(world.findings.lost) - lost
    row.doubled += len(world.findings.doubled) - doubled
    longest = max(world.ledger.waits, default=0.0)
    row.longest, row.healed = max(row.longest, longest), max(row.healed, healed)
    if say:
        print(
            f"{report.faults:4}  {name:<40} {time.monotonic() - start:5.1f} s,"
            f" longest wait {longest:5.1f} s{'  WRONG' if world.findings else ''}",
            flush=True,
        )


def _say_findings(world: World) -> None:
    print(f"      {world.findings}"[:2000], flush=True)


def _conclude(world: World, report: Report) -> None:
    kind = "PostgreSQL, Redis, two web processes" if world.is_cluster else "SQLite, one web process"
    report.notes.append(
        f"{kind}: {len(world.ledger.acknowledged)} edits acknowledged by {len(world.pages)} pages,"
        f" {world.handed_in} hand-ins; the full disk is {world.disk.kind}"
    )
    found = world.findings
    for what in ("lost", "doubled", "misplaced"):
        words = sorted(getattr(found, what))
        if words:
            report.wrong.append(f"{kind}: {what}: {len(words)}, such as {words[:5]}")
    report.wrong += [f"{kind}: {text}" for text in found.other]


async def campaign(
    folder: Path, count: int, seed: int, *, storms: int = 500, say: bool = True
) -> Report:
    """The long form."""
    folder.chmod(0o755)  # noqa: ASYNC240 once; PostgreSQL runs as a user of its own
    report, chance = Report(seed), random.Random(seed)
    has_cluster = find_programs() is not None
    parts = [(True, count - count // 4), (False, count // 4)] if has_cluster else [(False, count)]
    for cluster, share in parts:
        faults = dict(CLUSTER if cluster else LAPTOP)
        faults[f"{storms} pages reconnect at once"] = storm(storms)
        world = World(folder / ("cluster" if cluster else "laptop"), cluster=cluster, seed=seed)
        await run(world, faults, choose(faults, share, chance), report, say=say)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(prog="./candyce faults")
    parser.add_argument("--count", type=int, default=200, help="faults to inject")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--storm", type=int, default=500, help="pages of a reconnection storm")
    parser.add_argument("--keep", action="store_true", help="keep the machines' logs")
    parser.add_argument(
        "--fuzz", type=float, metavar="SECONDS", help="attack live notebooks instead"
    )
    options = parser.parse_args()
    if options.fuzz:
        return _fuzz(options.fuzz, options.seed)
    print(f"seed {options.seed}, {options.count} faults", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="candyce-faults-"))
    started = time.monotonic()
    report = asyncio.run(campaign(folder, options.count, options.seed, storms=options.storm))
    minutes = (time.monotonic() - started) / 60
    text = "\n".join(
        [
            f"seed {report.seed}: {report.faults} faults in {minutes:.0f} minutes", "",
            report.table(), "", *report.notes, "",
            *(report.wrong or ["nothing lost, nothing doubled, nothing out of order"]),
        ]
    )  # fmt: skip
    print(text)
    place = ROOT / "var" / f"faults-{datetime.now(UTC):%Y%m%d-%H%M%S}.md"
    place.parent.mkdir(exist_ok=True)
    place.write_text(text + "\n")
    print(f"\n{place.relative_to(ROOT)}")
    if options.keep or report.wrong:
        print(f"logs: {folder}")
    else:
        _remove(folder)
    return 1 if report.wrong else 0


def _fuzz(seconds: float, seed: int) -> int:
    import django

    django.setup()
    from candyce.collab.tests import fuzzing

    return fuzzing.attack(seconds, seed)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
