"""How long until a pupil can type in a notebook, and until `1+1` answers: Candyce beside stock JupyterLite.

    python bench/editor_start/run.py [--runs 5]

Both sites are served on this machine through a relay that counts bytes and, for the second half, lets
through 20 Mbit/s with 20 ms of delay. Cold: a browser that was never there. Warm: the third visit of the
same browser profile, closed in between. Medians; nothing is asserted.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "src"), str(ROOT / "bench")]

from tests.faults.server import Server

from editor_start import stock
from editor_start.line import Line

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "first",
            "source": "1+1",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
    ],
    "metadata": {
        "kernelspec": {"name": "python", "display_name": "Python", "language": "python"},
        "language_info": {"name": "python"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}
EDITABLE = ".jp-Notebook .jp-CodeCell .cm-content[contenteditable=true]"
OUTPUT = "() => document.querySelector('.jp-OutputArea-executeResult')?.innerText.includes('2')"
NETWORKS = (("localhost", None, 0.0), ("20 Mbit/s", 20.0, 0.02))


@dataclass
class Sample:
    editable: float
    output: float
    megabytes: float


def visit(page: Page, url: str, line: Line) -> Sample:
    """One opening of the notebook, with the first cell run as soon as it can be."""
    before, started = line.received, time.monotonic()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(EDITABLE, timeout=90_000)
    editable = time.monotonic() - started
    _run_first_cell(page)
    page.wait_for_function(OUTPUT, polling=30, timeout=90_000)
    output = time.monotonic() - started
    return Sample(editable, output, (line.received - before) / 1e6)


def _run_first_cell(page: Page) -> None:
    """Stock JupyterLab drops a run that comes before the session: insist, as a person would."""
    for _attempt in range(300):
        page.click(EDITABLE)
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(150)
        prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first.inner_text()
        if "*" in prompt or any(character.isdigit() for character in prompt):
            return


def measure(url: Callable[[], str], line: Line, runs: int) -> tuple[list[Sample], list[Sample]]:
    cold, warm = [], []
    with sync_playwright() as playwright:
        for _run in range(runs):
            with tempfile.TemporaryDirectory() as profile:
                for number in range(3):
                    context = playwright.chromium.launch_persistent_context(
                        profile, executable_path=CHROMIUM, args=FLAGS, headless=True
                    )
                    sample = visit(context.pages[0], url(), line)
                    context.close()
                    if number == 0:
                        cold.append(sample)
                    elif number == 2:
                        warm.append(sample)
    return cold, warm


def start_candyce(folder: Path, line: Line) -> tuple[Server, Callable[[], str]]:
    """The real server on fresh data, and the address that the portal would send a pupil to."""
    server = Server(folder)
    line.port = server.port
    port = line.start()
    server.environment |= {
        "CANDYCE_PORTAL_URL": f"http://localhost:{port}",
        "CANDYCE_EDITOR_URL": f"http://127.0.0.1:{port}",
    }
    (folder / "build").mkdir(exist_ok=True)
    (folder / "build" / "editor").symlink_to(ROOT / "var" / "build" / "editor")
    server.start()
    atexit.register(server.kill)
    asyncio.run(server.wait())

    def url() -> str:
        # another person and project each time: nothing is left from the visit before
        name = f"pupil{time.monotonic_ns()}"
        made = server.prepare([name], NOTEBOOK)
        place = f"http://127.0.0.1:{port}/edit/notebooks/index.html?path=lesson.ipynb"
        return f"{place}&project={made['project']}#token={made['tokens'][0]}&lang=fr&theme=light"

    return server, url


def start_stock(folder: Path, line: Line) -> Callable[[], str]:
    server = stock.serve(stock.build(folder, NOTEBOOK))
    line.port = server.server_port
    port = line.start()
    return lambda: f"http://127.0.0.1:{port}/notebooks/index.html?path=lesson.ipynb"


def show(name: str, ours: list[Sample], theirs: list[Sample]) -> dict[str, float]:
    """One line of the table; returns the ratios."""
    row, ratios = [f"{name:<18}"], {}
    for what in ("editable", "output", "megabytes"):
        a, b = (median(getattr(s, what) for s in samples) for samples in (ours, theirs))
        ratios[what] = a / b
        row.append(f"{a:7.2f} {b:7.2f} {a / b:6.2f}")
    print(" | ".join(row), flush=True)
    return ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    if not (ROOT / "var/build/editor/stamp.json").exists():
        sys.exit("The editor is not built: ./candyce build")
    with tempfile.TemporaryDirectory() as temporary:
        our_line, stock_line = Line(), Line()
        (Path(temporary) / "ours").mkdir()
        stock_url = start_stock(Path(temporary) / "stock", stock_line)
        server, our_url = start_candyce(Path(temporary) / "ours", our_line)
        result = {}
        try:
            print("seconds; ours, stock, ratio".rjust(60))
            print(f"{'':<18} | {'editable':^22} | {'first output':^22} | {'megabytes':^22}")
            for network, megabits, delay in NETWORKS:
                for line in (our_line, stock_line):
                    line.megabits, line.delay = megabits, delay
                ours = measure(our_url, our_line, runs)
                theirs = measure(stock_url, stock_line, runs)
                for visit_name, a, b in zip(("cold", "warm"), ours, theirs, strict=True):
                    result[f"{network} {visit_name}"] = show(f"{network} {visit_name}", a, b)
        finally:
            server.kill()
        print(json.dumps(result))


if __name__ == "__main__":
    main()
