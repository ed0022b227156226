"""Draws a page of ``notebook_page`` as PDF: ``python -m candyce.lib.pdf_draw``, a process of its own.

WeasyPrint lays out and tags for screen readers (PDF/UA-1); it knows no MathML, so ziamath draws formulas
as pictures with the formula's own text beside them. Nothing is fetched: pictures are in the page or nowhere.
"""

from __future__ import annotations

import base64
import html
import logging
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from candyce.lib.bounded_process import MEGABYTE, serve

FORMULA_LIMIT = 3000
_MATH = re.compile(r"<math\b[^>]*>.*?</math>", re.DOTALL)
_EX = 10.5  # points: the size of the text around


def draw_formulas(page: str) -> str:
    """The page with each formula as a picture; one that cannot be drawn as its text."""
    done: dict[str, str] = {}
    count = 0

    def replace(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        if count > FORMULA_LIMIT:
            return html.escape(_read(found[0]))
        if found[0] not in done:
            done[found[0]] = _draw(found[0])
        return done[found[0]]

    return _MATH.sub(replace, page)


def _read(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def _draw(source: str) -> str:
    import ziamath

    ziamath.config.svg2 = False
    said = _read(source)
    block = 'display="block"' in source.partition(">")[0]
    plain = re.sub(r'\s(tabindex|xmlns)="[^"]*"', "", source)
    plain = plain.replace("<math", '<math xmlns="http://www.w3.org/1998/Math/MathML"', 1)
    try:
        ET.fromstring(plain)  # noqa: S314  (sanitised, without entities)
        formula = ziamath.Math(plain, size=_EX * 96 / 72)
        svg, below = formula.svg(), formula.getyofst()
    except Exception:  # noqa: BLE001  (what a stranger writes can fail anywhere in there)
        return f"<code>{html.escape(said)}</code>"
    data = base64.b64encode(svg.encode()).decode()
    image = (
        f'<img class="formula-image" style="vertical-align:{below:.2f}px" alt="{html.escape(said)}"'
        f' src="data:image/svg+xml;base64,{data}">'
    )
    return f'<span class="formula">{image}</span>' if block else image


def draw(page: str, target: Path) -> None:
    """Write the PDF. Raises :class:`OSError` when Pango's library is missing."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    class Fetcher(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:"):
                raise ValueError("only what is in the page")
            return super().fetch(url, headers)

    fetcher = Fetcher(allowed_protocols={"data"}, allow_redirects=False)
    document = HTML(string=draw_formulas(page), url_fetcher=fetcher)
    document.write_pdf(target, pdf_variant="pdf/ua-1", optimize_images=True)


def work(request: dict[str, Any]) -> dict[str, Any]:
    """Draw ``page.html`` of the folder as ``page.pdf``."""
    logging.disable(logging.CRITICAL)
    folder = Path(request["folder"])
    try:
        draw((folder / "page.html").read_text(encoding="utf-8"), folder / "page.pdf")
    except OSError as error:
        if "library" in str(error):
            return {"error": "no_pango"}
        raise
    return {}


if __name__ == "__main__":
    serve(work, memory=2048 * MEGABYTE, file_size=256 * MEGABYTE)
