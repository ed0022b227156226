"""The table of questions in Chromium, over the real server: when a change is seen, and what the page has to do."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from e2e.conftest import FLAGS, ROOT, Site, start_site, stop_site
from playwright.sync_api import Page, sync_playwright

LATE = 50  # ms; a task or a frame that takes longer is felt
WORK = {
    "script": "ScriptDuration",
    "style": "RecalcStyleDuration",
    "layout": "LayoutDuration",
    "all": "TaskDuration",
}

# What the page measures of itself. A change is seen when the row of the pupil who changed last holds its word.
_WATCH = """last => {
  const bench = (window.bench = { tasks: [], frames: [] });
  performance.setResourceTimingBufferSize(10000);
  new PerformanceObserver(list => list.getEntries().forEach(one => bench.tasks.push(one.duration)))
    .observe({ type: "longtask" });
  let before = performance.now();
  const step = now => { bench.frames.push(now - before); before = now; requestAnimationFrame(step); };
  requestAnimationFrame(step);
  bench.see = word => new Promise(resolve => {
    const holds = () => document.getElementById(last)?.textContent.includes(word);
    const told = () => holds() && (observer.disconnect(), requestAnimationFrame(() => resolve(Date.now())));
    const observer = new MutationObserver(told);
    observer.observe(document.querySelector("[data-board-cards]"), { childList: true, subtree: true });
    told();
  });
}"""

# The peer: the same page, whose every row and sentence comes again, and is drawn again, every two seconds.
_PLAIN = """() => {
  const root = document.querySelector("[data-board]");
  setInterval(async () => {
    const news = await (await fetch(`${root.dataset.board}&have=`)).json();
    root.querySelector("[data-board-cards]").innerHTML = news.order
      .map(id => `<tr id="${id}">${news.cards[id][1]}</tr>`).join("");
    root.querySelector("[data-board-summary]").innerHTML = news.summary;
  }, 2000);
}"""


@dataclass
class Seen:
    """Milliseconds, but ``sizes`` (bytes) and ``connections`` (opened while measuring)."""

    name: str
    rounds: int
    delays: list[float]
    waits: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    connections: int = 0
    tasks: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)
    work: dict[str, float] = field(default_factory=dict)


class Pupils:
    """The pupils, in a process of their own with the server's data."""

    def __init__(self, site: Site, pupils: int, questions: int) -> None:
        hidden = {"DJANGO_SETTINGS_MODULE", "CANDYCE_SECRET_KEY"}
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        command = [
            sys.executable,
            str(Path(__file__).parent / "school.py"),
            str(pupils),
            str(questions),
        ]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env={**kept, "CANDYCE_DATA": str(site.data)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.about: dict[str, Any] = self._read()

    def change(self, question: int, error: str) -> float:
        """All fail at the question with this error; gives when the last of it was stored."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{question} {error}\n")
        self._process.stdin.flush()
        stored: float = self._read()
        return stored

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def run_page(pupils: int, questions: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = start_site(Path(folder) / "site", "--no-demo")
        people = Pupils(site, pupils, questions)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=os.environ.get("CANDYCE_CHROMIUM", "/usr/bin/chromium"),
                    args=FLAGS,
                )
                for question in range(questions):
                    people.change(question, "NameError")
                found = [
                    measure(chromium.new_context(), site, people, name, rounds)
                    for name in ("rows that changed", "everything again")
                ]
                chromium.close()
        finally:
            people.close()
            stop_site(site)
    show_page(found)


def measure(context: Any, site: Site, pupils: Pupils, name: str, rounds: int) -> Seen:
    key, value = pupils.about["cookie"]
    context.add_cookies([{"name": key, "value": value, "url": site.portal}])
    page: Page = context.new_page()
    page.set_viewport_size({"width": 1600, "height": 1000})
    plain = name == "everything again"
    if plain:
        page.route("**/portal.js*", lambda route: route.abort())
    page.goto(f"{site.portal}/assignments/{pupils.about['assignment']}/board/?sort=name")
    page.locator("tbody[data-board-cards] tr").last.wait_for()
    page.evaluate(_WATCH, pupils.about["last"])
    if plain:
        page.evaluate(_PLAIN)
    time.sleep(4)
    cdp = context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.evaluate(
        "() => { bench.tasks.length = bench.frames.length = 0; performance.clearResourceTimings(); }"
    )
    before = read_work(cdp)
    delays = []
    for number in range(rounds):
        time.sleep(random.random() * 2)
        word = f"{'Again' if plain else 'Some'}Error{number}"
        stored = pupils.change(number % 10, word)
        seen = page.evaluate("word => bench.see(word)", word)
        delays.append(max(0.0, seen - stored * 1000))
    after = read_work(cdp)
    seen = Seen(name, rounds, delays, work={one: after[one] - before[one] for one in WORK})
    read_page(page, seen)
    context.close()
    return seen


def read_work(cdp: Any) -> dict[str, float]:
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    return {name: metrics[key] * 1000 for name, key in WORK.items()}


def read_page(page: Page, seen: Seen) -> None:
    bench = page.evaluate("() => ({ tasks: bench.tasks, frames: bench.frames })")
    seen.tasks, seen.frames = bench["tasks"], bench["frames"]
    asked = page.evaluate(
        "() => performance.getEntriesByType('resource').filter(one => one.name.includes('/board/cards/'))"
        ".map(one => [one.responseEnd - one.requestStart, one.encodedBodySize, one.connectEnd - one.connectStart])"
    )
    seen.waits = [wait for wait, size, _open in asked if size]
    seen.sizes = [size for _wait, size, _open in asked if size]
    seen.connections = sum(opened > 0 for _wait, _size, opened in asked)


def get_share(values: list[float], share: float) -> float:
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def show_page(found: list[Seen]) -> None:
    def row(title: str, *values: str) -> None:
        print(f"| {title:<46} | " + " | ".join(f"{value:>18}" for value in values) + " |")

    print()
    row("in Chromium, every state changed each round", *(one.name for one in found))
    print("|---|" + "---:|" * len(found))
    row(
        "change stored to change seen, median / p95, ms",
        *(f"{median(one.delays):.0f} / {get_share(one.delays, 0.95):.0f}" for one in found),
    )
    row(
        "request and answer, median / p95, ms",
        *(f"{median(one.waits):.0f} / {get_share(one.waits, 0.95):.0f}" for one in found),
    )
    row("bytes of an answer with changes, median", *(f"{median(one.sizes):,.0f}" for one in found))
    row("new connections while measuring", *(str(one.connections) for one in found))
    for name, title in (
        ("script", "script"),
        ("style", "style"),
        ("layout", "layout"),
        ("all", "all tasks"),
    ):
        row(
            f"the page's CPU a round, {title}, ms",
            *(f"{one.work[name] / one.rounds:.1f}" for one in found),
        )
    row(
        f"tasks over {LATE} ms: number, longest",
        *(f"{len(one.tasks)}, {max(one.tasks, default=0):.0f} ms" for one in found),
    )
    row(
        "frames: p99, longest, ms",
        *(f"{get_share(one.frames, 0.99):.0f}, {max(one.frames, default=0):.0f}" for one in found),
    )
