"""Live documents on three servers: latency from edit to edit, the highest rate, memory.

    ./candyce bench rooms            about ten minutes
    ./candyce bench rooms --quick    about three

Each server runs on the first core, the people on the others, one server after the other with the same
people. Latency is from a keystroke's sending to its arrival at another person. What "arrived" is worth
differs: Candyce has it on the disk by then, jupyter-collaboration will write it soon, y-websocket
keeps it in memory. Prints tables; nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import uvloop

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "bench")]

from candyce.collab.notebook import make_seed
from rooms.peers import PEERS, Running
from rooms.person import Clock, Person

GRID = ((50, 2, 2.0), (10, 10, 1.0), (1, 30, 1.0))  # documents, people in each, edits/s of each
SEARCH_ROOMS, SEARCH_PEOPLE = 50, 2
P95_LIMIT = 0.1  # seconds


@dataclass
class Result:
    """One measured load. Latencies in seconds; ``cpu`` as a share of one core."""

    rate: float
    p50: float
    p95: float
    p99: float
    cpu: float
    arrived: float  # share of the keystrokes that reached everybody

    @property
    def kept_up(self) -> bool:
        return self.p95 <= P95_LIMIT and self.arrived > 0.98


def get_lesson() -> Path:
    """The library's notebook of median size."""
    lessons = sorted((ROOT / "content").glob("*/*.ipynb"), key=lambda path: path.stat().st_size)
    return lessons[len(lessons) // 2]


def cut(values: list[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return (float("inf"),) * 3
    cuts = quantiles(values, n=100)
    return cuts[49], cuts[94], cuts[98]


async def enter(
    running: Running, rooms: range, people: int, seed: bytes
) -> tuple[list[Person], Clock]:
    clock = Clock()
    everybody: list[Person] = []
    for number in rooms:
        address = running.addresses[number]
        first = Person(address, clock, seed if running.needs_seed else None)
        await first.join()
        others = [Person(address, clock) for _ in range(people - 1)]
        for other in others:  # one by one, as a class comes in
            await other.join()
        everybody += [first, *others]
    return everybody, clock


async def type_on(person: Person, rate: float, seconds: float) -> None:
    end = time.perf_counter() + seconds
    at = time.perf_counter() + random.random() / rate
    while at < end:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        at += random.expovariate(rate)
        await person.type()


async def measure(
    running: Running, everybody: list[Person], clock: Clock, rate: float, seconds: float
) -> Result:
    """Everybody types; ``rate`` is of each person. Readers must be more than one a document."""
    clock.sent.clear()
    clock.latencies.clear()
    clock.acknowledged.clear()
    cpu, start = running.cpu(), time.perf_counter()
    await asyncio.gather(*(type_on(person, rate, seconds) for person in everybody))
    cpu, took = running.cpu() - cpu, time.perf_counter() - start
    await asyncio.sleep(1.0)
    sent = len(clock.sent)
    heard = clock.latencies or clock.acknowledged
    expected = sent * (people_per_room(everybody) - 1) if clock.latencies else sent
    return Result(sent / took, *cut(heard), cpu / took, len(heard) / max(1, expected))


def people_per_room(everybody: list[Person]) -> float:
    return len(everybody) / len({person.address.url for person in everybody})


async def leave(everybody: list[Person]) -> None:
    await asyncio.gather(*(person.leave() for person in everybody), return_exceptions=True)


async def search(running: Running, rooms: range, seed: bytes, seconds: float) -> Result | None:
    """The highest rate that keeps p95 within the limit, found by steps of a third."""
    everybody, clock = await enter(running, rooms, SEARCH_PEOPLE, seed)
    best, total, misses = None, 100.0, 0
    while misses < 2 and total < 20_000:
        result = await measure(running, everybody, clock, total / len(everybody), seconds)
        print(f"  {running.name}: {result.rate:.0f}/s, p95 {1000 * result.p95:.0f} ms", flush=True)
        if result.kept_up and result.rate > 0.9 * total:
            best, misses = result, 0
        else:
            misses += 1
        total *= 4 / 3
    await leave(everybody)
    return best


async def weigh(running: Running, rooms: range, seed: bytes) -> tuple[float, float]:
    """Bytes of a document with one person in it, and of one more connection."""
    empty = running.memory()
    first, _clock = await enter(running, rooms, 1, seed)
    await asyncio.sleep(2)
    one = running.memory()
    second, _clock = await enter(running, rooms, 1, seed)
    await asyncio.sleep(2)
    two = running.memory()
    await leave([*first, *second])
    return (one - empty) / len(rooms), (two - one) / len(rooms)


async def run_peer(name: str, arguments: argparse.Namespace, seed: bytes) -> dict:
    weighed = 30 if arguments.quick else 100
    counts = [rooms for rooms, _people, _rate in GRID]
    count = weighed + SEARCH_ROOMS + sum(counts)
    seconds = 5.0 if arguments.quick else 12.0
    with PEERS[name](count, arguments.lesson) as running:
        free = iter(range(count))

        def take(number: int) -> range:
            first = next(free)
            for _ in range(number - 1):
                next(free)
            return range(first, first + number)

        found: dict = {"memory": await weigh(running, take(weighed), seed), "grid": []}
        for rooms, people, rate in GRID:
            everybody, clock = await enter(running, take(rooms), people, seed)
            await measure(running, everybody, clock, rate, 2.0)  # warm
            found["grid"].append(await measure(running, everybody, clock, rate, seconds))
            await leave(everybody)
        found["best"] = await search(running, take(SEARCH_ROOMS), seed, seconds)
    return found


async def run_many(arguments: argparse.Namespace, seed: bytes) -> list[tuple[int, Result, float]]:
    """Ours alone: many documents with one pupil each; latency until the edit is acknowledged."""
    results = []
    count = 500 if arguments.quick else 2000
    with PEERS["candyce"](count, arguments.lesson) as running:
        empty = running.memory()
        everybody, clock = [], Clock()
        for start in range(0, count, 20):
            some = [Person(address, clock) for address in running.addresses[start : start + 20]]
            await asyncio.gather(*(person.join() for person in some))
            everybody += some
        for rate in (0.25, 0.5, 1.0):
            result = await measure(running, everybody, clock, rate, 15.0)
            results.append((count, result, (running.memory() - empty) / count))
        await leave(everybody)
    return results


def ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f}"


def show(found: dict[str, dict]) -> None:
    print(
        "\n| documents × people × edits/s | server | p50 ms | p95 ms | p99 ms | CPU of one core |"
    )
    print("|---|---|---:|---:|---:|---:|")
    for index, (rooms, people, rate) in enumerate(GRID):
        for name, result in found.items():
            one = result["grid"][index]
            lost = "" if one.arrived > 0.98 else f" ({one.arrived:.0%} arrived)"
            print(
                f"| {rooms} × {people} × {rate:g} | {name} | {ms(one.p50)} | {ms(one.p95)} |"
                f" {ms(one.p99)} | {one.cpu:.0%}{lost} |"
            )
    limit = ms(P95_LIMIT)
    print(
        f"\n| server | edits/s with p95 ≤ {limit} ms | p95 ms | CPU | kB a document | kB a person more |"
    )
    print("|---|---:|---:|---:|---:|---:|")
    for name, result in found.items():
        best, (room, person) = result["best"], result["memory"]
        reached = f"{best.rate:.0f} | {ms(best.p95)} | {best.cpu:.0%}" if best else "– | – | –"
        print(f"| {name} | {reached} | {room / 1024:.0f} | {person / 1024:.0f} |")
    ours, theirs = found.get("candyce"), found.get("jupyter-collaboration")
    if ours and theirs and ours["best"] and theirs["best"]:
        rates = ours["best"].rate / theirs["best"].rate
        rooms = ours["memory"][0] / theirs["memory"][0]
        print(f"\nCandyce / jupyter-collaboration: {rates:.1f} × the edits a second,")
        print(f"{rooms:.2f} × the memory of a document.")


def show_many(results: list[tuple[int, Result, float]]) -> None:
    print(
        "\n| documents of one pupil | edits/s in all | saved p50 ms | p95 ms | p99 ms | CPU | kB each |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for count, one, memory in results:
        print(
            f"| {count} | {one.rate:.0f} | {ms(one.p50)} | {ms(one.p95)} | {ms(one.p99)} |"
            f" {one.cpu:.0%} | {memory / 1024:.0f} |"
        )


async def main(arguments: argparse.Namespace) -> None:
    seed = make_seed(arguments.lesson.read_bytes(), limit=2**30)
    print(f"{arguments.lesson.name}, {arguments.lesson.stat().st_size // 1024} kB")
    found = {}
    for name in arguments.server:
        found[name] = await run_peer(name, arguments, seed)
    show(found)
    if "candyce" in arguments.server and not arguments.no_many:
        show_many(await run_many(arguments, seed))
    print(f"\nload of the machine at the end: {os.getloadavg()[0]:.1f}")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="shorter, less exact")
    parser.add_argument("--server", action="append", choices=list(PEERS), help="only this server")
    parser.add_argument("--no-many", action="store_true", help="without the 2,000 documents")
    parser.add_argument("--lesson", type=Path, default=get_lesson(), help="the notebook to use")
    arguments = parser.parse_args()
    arguments.server = arguments.server or list(PEERS)
    return arguments


if __name__ == "__main__":
    chosen = parse()
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, set(range(1, os.cpu_count() or 2)))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(chosen))
