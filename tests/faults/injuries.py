"""The faults: each hurts the world for a while and heals it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import psycopg
from websockets.exceptions import WebSocketException

from .line import Mood
from .machines import Machine, get_url
from .pages import Document, Page
from .world import HEALED, MEMBERS, STORM_FILES, World

STORM = 4 * HEALED  # seconds until the last of a storm's pages must be saved, on a busy machine

Fault = Callable[[World], Awaitable[None]]


async def _hold(world: World, least: float, most: float) -> None:
    await asyncio.sleep(world.chance.uniform(least, most))


async def _kill(world: World, *machines: Machine) -> None:
    for machine in machines:
        await asyncio.to_thread(machine.kill)
    await _hold(world, 0.0, 1.5)
    for machine in machines:
        machine.start()
        await asyncio.to_thread(machine.wait)


async def kill_web(world: World) -> None:
    await _kill(world, world.chance.choice(world.webs))


async def kill_all_webs(world: World) -> None:
    await _kill(world, *world.webs)


async def kill_postgres(world: World) -> None:
    assert world.postgres is not None
    await _kill(world, world.postgres)


async def kill_redis(world: World) -> None:
    assert world.redis is not None
    await _kill(world, world.redis)


async def kill_web_and_postgres(world: World) -> None:
    assert world.postgres is not None
    await _kill(world, world.postgres, world.chance.choice(world.webs))


async def kill_tidier(world: World) -> None:
    """In the middle of a compaction or of writing a file, as likely as not."""
    for _ in range(3):
        await _hold(world, 0.1, 0.8)
        await asyncio.to_thread(world.tidier.kill)
        world.tidier.start()


async def _stop(world: World, machine: Machine) -> None:
    machine.pause()
    try:
        await _hold(world, 0.5, 6.0)
    finally:
        machine.resume()


async def stop_web(world: World) -> None:
    await _stop(world, world.chance.choice(world.webs))


async def stop_postgres(world: World) -> None:
    assert world.postgres is not None
    await _stop(world, world.postgres)


async def stop_redis(world: World) -> None:
    assert world.redis is not None
    await _stop(world, world.redis)


async def fill_disk(world: World) -> None:
    """Not a byte is left to the database and the files for some seconds."""
    end = time.monotonic() + world.chance.uniform(1.0, 6.0)
    try:
        while time.monotonic() < end:
            await asyncio.to_thread(world.disk.fill, world.machines)
            await asyncio.to_thread(_need_room, world)
            await asyncio.sleep(0.2)
    finally:
        world.disk.free()
    if world.postgres is not None:
        # PostgreSQL ends when it cannot write its log; whoever frees the disk starts it again.
        await asyncio.sleep(0.5)
        if not world.postgres.is_alive or not world.postgres.ready():  # type: ignore[misc]
            await asyncio.to_thread(world.postgres.restart)


def _need_room(world: World) -> None:
    """Make PostgreSQL begin a new segment of its log, for which it needs room."""
    if world.postgres is not None:
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(
                get_url(world.postgres), connect_timeout=1, autocommit=True
            ) as connection,
        ):
            connection.execute("SELECT pg_switch_wal()")


def spoil_line(mood: Mood) -> Fault:
    async def spoil(world: World) -> None:
        lines = world.lines if world.chance.random() < 0.5 else [world.chance.choice(world.lines)]
        for line in lines:
            line.mood = mood
        await _hold(world, 1.0, 6.0)
        for line in lines:
            line.mood = "good"

    return spoil


async def set_clocks_wrong(world: World) -> None:
    """Half of the pages believe to be years ahead (and renew all the time), the others years behind.

    The latter do not notice that their token has ended: the server says so, and they get a new one.
    """
    expired = {(place["project"], place["name"]): place["expired"] for place in world.places}
    for number, page in enumerate(world.pages):
        if number % 2:
            page.years = 30.0
        else:
            page.years = -30.0
            page.token = expired[page.document.project, page.name.split("_")[0]]
            page._socket and page._socket.transport.abort()
    await _hold(world, 2.0, 5.0)
    for page in world.pages:
        page.years = 0.0


def storm(count: int) -> Fault:
    """``count`` pages come at once, type, lose their lines at once, and come back at once."""

    async def rage(world: World) -> None:
        places = [place for place in world.places if place["name"] in MEMBERS]
        world.storms += 1
        pages = []
        for number in range(count):
            place = places[number % len(places)]
            document = Document(place["project"], f"storm-{number % STORM_FILES}.ipynb")
            name = f"s{world.storms}_{number}"
            token = next(
                one.token for one in world.pages if one.name.startswith(place["name"] + "_")
            )
            page = Page(
                name, world.net, document, token=token, ledger=world.ledger, rate=world.rate
            )
            pages.append(page)
        try:
            await asyncio.gather(*(_arrive(page) for page in pages))
            for page in pages:
                await page.hang_up()
                page.type_word()
            await asyncio.gather(*(_arrive(page) for page in pages))
            late = [page.name for page in pages if page.unsaved()]
            if late:
                world.findings.other.append(f"storm: not saved: {late[:5]} of {len(late)}")
        finally:
            for page in pages:
                await page.hang_up()

    return rage


async def _arrive(page: Page) -> None:
    """Come back until all is there and saved, or the patience is at its end."""
    end = time.monotonic() + STORM
    while time.monotonic() < end:
        if not page.connected:
            await page.come_back()
        # A page that waits is served in its turn; one that gives up too early begins at the end again.
        with contextlib.suppress(TimeoutError, WebSocketException):
            await page.wait_for(lambda: page.synced.is_set() or not page.connected, HEALED)
            if page.connected:
                await page.wait_for(lambda: not page.unsaved() or not page.connected, HEALED)
                if not page.unsaved():
                    return
        await page.hang_up()


LINES: dict[str, Fault] = {
    "network slow": spoil_line("slow"),
    "network loses connections": spoil_line("lossy"),
    "network ends inside a frame": spoil_line("halving"),
    "network silent": spoil_line("silent"),
    "network down": spoil_line("down"),
}
ANYWHERE: dict[str, Fault] = LINES | {
    "kill -9 the compacting process": kill_tidier,
    "disk full": fill_disk,
    "clocks years off": set_clocks_wrong,
    "SIGSTOP a web process": stop_web,
}
CLUSTER: dict[str, Fault] = ANYWHERE | {
    "kill -9 one of two web processes": kill_web,
    "kill -9 both web processes": kill_all_webs,
    "kill -9 PostgreSQL": kill_postgres,
    "kill -9 PostgreSQL and a web process": kill_web_and_postgres,
    "kill -9 Redis": kill_redis,
    "SIGSTOP PostgreSQL": stop_postgres,
    "SIGSTOP Redis": stop_redis,
}
LAPTOP: dict[str, Fault] = ANYWHERE | {"kill -9 the web process": kill_web}
