"""What every page must be: accessible, within the screen's width, silent in the console, on our origins only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[1]
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Files, and the doors to the editor, whose own page has its stories.
NOT_PAGES = re.compile(
    r"/(export|feeds?|file|open|download|reconnect|template|qr|c/\w+)(/|\?|$)"
    r"|\.(zip|csv|ods|ipynb|xml|txt)$|/oai/|/api/(?!library/documentation/)"
)
OWN = "collections|for-you|import|mine|moderation|preferences|publish|searches"
IDENTIFIERS = re.compile(
    r"(?<=/)([0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=/|$)|(?<=/c/)\w+"
    rf"|(?<=/library/)(?!({OWN})/)[\w-]+|(?<=/collections/)(?!new/)[\w-]+"
)


def get_violations(page: Page) -> list[str]:
    """axe-core's violations on the page: rule, and where."""
    page.wait_for_load_state()  # the words may be there before the styles
    page.evaluate(AXE)
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", TAGS
    )["violations"]
    return [
        f"{one['id']}: {', '.join(str(node['target'][0]) for node in one['nodes'][:4])}"
        for one in found
    ]


def get_overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def get_wide_elements(page: Page) -> list[str]:
    """What stands out of the screen's right edge and cannot be scrolled in a box of its own."""
    return page.evaluate(
        """() => [...document.querySelectorAll('main *, header *, footer *')].filter(element => {
          if (element.getBoundingClientRect().right <= document.documentElement.clientWidth) { return false; }
          for (let box = element.parentElement; box !== document.body; box = box.parentElement) {
            if (getComputedStyle(box).overflowX !== 'visible') { return false; }
          }
          return true;
        }).map(element => element.outerHTML.slice(0, 80)).slice(-4)"""
    )


@dataclass
class Watch:
    """Listens to a page: console errors, and requests to strange hosts."""

    hosts: set[str]
    problems: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("request", lambda request: self._see(request.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error":
            self.problems.append(f"console: {text}")

    def _see(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc not in self.hosts:
            self.problems.append(f"request to {parts.netloc}")


@dataclass(frozen=True)
class Look:
    """How a page is looked at: the width of the screen in pixels, and whether it is dark."""

    width: int
    dark: bool = False

    def __str__(self) -> str:
        return f"{self.width} px{', dark' if self.dark else ''}"

    def get_problems(self, page: Page) -> list[str]:
        """What is wrong with the page that is open, each with the look."""
        page.set_viewport_size({"width": self.width, "height": 820})
        page.emulate_media(color_scheme="dark" if self.dark else "light")
        found = get_violations(page)
        if get_overflow(page) > 0:
            found.append(f"wider by {get_overflow(page)} px: {get_wide_elements(page)}")
        return [f"{self}: {text}" for text in found]


def crawl(page: Page, start: str, looks: Sequence[Look], *, most: int = 60) -> dict[str, list[str]]:
    """Visit the pages that can be reached by links from ``start``; returns the problems of each path.

    Each page is loaded once and looked at in each of ``looks``. Of the pages that differ only by an
    identifier, one is visited.
    """
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(start))
    waiting, shapes = [start], {IDENTIFIERS.sub("*", start)}
    problems: dict[str, list[str]] = {}
    while waiting and len(problems) < most:
        url = waiting.pop(0)
        answer = page.goto(url, wait_until="load")
        if not page.url.startswith(origin):
            continue  # the editor, which has stories of its own
        path = urlsplit(url).path
        problems[path] = [problem for look in looks for problem in look.get_problems(page)]
        if answer is None or answer.status >= 400:
            problems[path].append(f"status {answer.status if answer else '?'}")
        for link in page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)"):
            target = urldefrag(urljoin(url, link)).url.split("?")[0]
            shape = IDENTIFIERS.sub("*", target)
            if not target.startswith(origin) or shape in shapes or NOT_PAGES.search(target):
                continue
            shapes.add(shape)
            waiting.append(target)
    return problems
