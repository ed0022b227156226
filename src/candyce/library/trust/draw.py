"""Draws one small picture from what a notebook showed. Runs as a program of its own, within bounds of memory and time.

It reads JSON on its input: ``{"font": path, "candidates": [{"kind": "svg|png|table|text", "data": …}]}``, best kinds
first, and writes JSON: ``{"index": n, "webp": base64}`` of the most telling one, or ``{}``. What it reads comes from
strangers: it opens no file that a picture names, and nothing but this program ends when a picture is a bomb.
"""

from __future__ import annotations

import base64
import io
import json
import re
import resource
import sys
import xml.etree.ElementTree as ET
from typing import Any

WIDTH, HEIGHT = 400, 225
BYTES = 6_000  # the first page shows a dozen, and is to weigh less than 100 kB
PIXELS = 24_000_000
MEMORY, SECONDS = 1_500_000_000, 20
ELEMENTS, USES = 30_000, 500
PAPER, INK, SOFT, LINE, HEAD = "#ffffff", "#1e1f2b", "#55566a", "#d9d8d1", "#e7e9fb"
DROPPED = {
    "script", "foreignObject", "style", "feImage", "image", "animate", "set", "iframe", "filter", "mask",
    "pattern", "audio", "video",
}  # fmt: skip
MONO = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "NotoSansMono-Regular.ttf")
LOCAL = re.compile(r"#[\w.:-]+")
INSIDE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]+$")
ELSEWHERE = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)
IMPORT = re.compile(r"@import|@font-face|expression", re.IGNORECASE)


def bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# --- SVG ----------------------------------------------------------------------------------------


def clean_svg(text: str) -> str:
    """An SVG that names nothing outside itself; raises :class:`ValueError` for what is none."""
    if "<!ENTITY" in text.upper():
        raise ValueError("entities")
    text = re.sub(r"<!DOCTYPE[^>\[]*>", "", text, flags=re.IGNORECASE)
    root = ET.fromstring(text)  # noqa: S314 - without entities, and within bounds
    if _name(root) != "svg" or sum(1 for _one in root.iter()) > ELEMENTS:
        raise ValueError("not an SVG, or too large")
    if sum(1 for one in root.iter() if _name(one) == "use") > USES or _depth(root) > 60:
        raise ValueError("too deep")
    _clean(root)
    return ET.tostring(root, encoding="unicode")


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _depth(root: ET.Element) -> int:
    depth, level = 0, [root]
    while level and depth <= 100:
        depth += 1
        level = [child for one in level for child in one]
    return depth


def _clean(element: ET.Element) -> None:
    for child in list(element):
        name = _name(child)
        if name == "image" and INSIDE.match(_get_link(child)):
            continue
        if name == "style" and not (
            IMPORT.search(child.text or "") or ELSEWHERE.search(child.text or "")
        ):
            continue
        if name in DROPPED or not name:
            element.remove(child)
        else:
            _clean(child)
    for key in list(element.attrib):
        value = element.attrib[key]
        place = key.rpartition("}")[2]
        outside = place == "href" and not LOCAL.fullmatch(value.strip())
        if outside or place.startswith("on") or ELSEWHERE.search(value):
            del element.attrib[key]


def _get_link(element: ET.Element) -> str:
    links = [value for key, value in element.attrib.items() if key.rpartition("}")[2] == "href"]
    return links[0] if len(links) == 1 else ""


def draw_svg(text: str, font: str) -> Any:
    import resvg_py
    from PIL import Image

    family = "DejaVu Sans"
    data = resvg_py.svg_to_bytes(
        svg_string=clean_svg(text),
        width=2 * WIDTH,
        background=PAPER,
        skip_system_fonts=True,  # which differ from server to server, and take long to read
        font_files=[font],
        font_family=family,
        serif_family=family,
        sans_serif_family=family,
        monospace_family=family,
    )
    return Image.open(io.BytesIO(bytes(data)))


# --- pictures of other outputs ------------------------------------------------------------------


def draw_image(data: str) -> Any:
    from PIL import Image

    found: Any = Image.open(
        io.BytesIO(base64.b64decode(data)), formats=["PNG", "JPEG", "GIF", "WEBP"]
    )
    if found.width * found.height > PIXELS or min(found.size) < 2:
        raise ValueError("too large, or nothing")
    if found.mode == "P" or "A" in found.getbands():
        found = found.convert("RGBA")
        paper = Image.new("RGBA", found.size, PAPER)
        return Image.alpha_composite(paper, found)
    return found


def draw_table(rows: list[list[str]], font: str) -> Any:
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen, letters = ImageDraw.Draw(image), ImageFont.truetype(font, 15)
    columns = max(len(row) for row in rows)
    wide = (WIDTH - 24) / columns
    high = 30
    for place, row in enumerate(rows[: HEIGHT // high]):
        top = 12 + place * high
        if place == 0:
            pen.rectangle((12, top, WIDTH - 12, top + high), fill=HEAD)
        for column, text in enumerate(row):
            left = 12 + column * wide
            pen.text(
                (left + 8, top + 6), fit(pen, text, letters, wide - 12), fill=INK, font=letters
            )
        pen.line((12, top + high, WIDTH - 12, top + high), fill=LINE)
    return image


def fit(pen: Any, text: str, letters: Any, wide: float) -> str:
    text = text[:80]
    if pen.textlength(text, font=letters) <= wide:
        return text
    while text and pen.textlength(text + "…", font=letters) > wide:
        text = text[:-1]
    return text + "…"


def draw_text(text: str, font: str) -> Any:
    """As large as its lines let it be."""
    from PIL import Image, ImageDraw

    lines = [line.expandtabs(4).rstrip() for line in text.strip("\n").split("\n")[:11]]
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    wanted = min(30, int((HEIGHT - 40) / (1.5 * max(len(lines), 1))))
    longest = max(lines, key=len)
    size = max(15, wanted)
    while size > 15 and pen.textlength(longest, font=get_mono(font, size)) > WIDTH - 48:
        size -= 1
    letters = get_mono(font, size)
    pen.rectangle((0, 0, 7, HEIGHT), fill=HEAD)
    top = max(14.0, (HEIGHT - len(lines) * size * 1.5) / 2)
    for place, line in enumerate(lines):
        said = fit(pen, line, letters, WIDTH - 40)
        pen.text((26, top + place * size * 1.5), said, fill=INK, font=letters)
    return image


def get_mono(font: str, size: int) -> Any:
    """A font of one width where the machine has one."""
    from PIL import ImageFont

    for name in MONO:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.truetype(font, size)


# --- the choice ---------------------------------------------------------------------------------


def place_on_paper(found: Any) -> Any:
    """The whole picture on a paper of our proportions; one that is almost so fills it."""
    from PIL import Image, ImageOps

    found = found.convert("RGB")
    ratio = found.width / found.height
    if 1.65 < ratio < 1.9:
        return ImageOps.fit(found, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    # What a figure ends with goes on beside it: a photograph's edge, the paper of a plot.
    corner = found.getpixel((1, 1))
    paper = Image.new("RGB", (WIDTH, HEIGHT), corner if _is_plain(found) else PAPER)
    small = ImageOps.contain(found, (WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    paper.paste(small, ((WIDTH - small.width) // 2, (HEIGHT - small.height) // 2))
    return paper


def _is_plain(found: Any) -> bool:
    """Whether its four corners have one colour."""
    right, bottom = found.width - 1, found.height - 1
    return (
        len({found.getpixel(at) for at in ((0, 0), (right, 0), (0, bottom), (right, bottom))}) == 1
    )


def judge(picture: Any) -> float:
    """How much there is to see: the variety of its colours and the share that is not its background."""
    small = picture.resize((96, 54))
    colours = small.getcolors(96 * 54) or []
    most = max((count for count, _colour in colours), default=0)
    filled = 1 - most / (96 * 54)
    grey: float = small.convert("L").entropy()
    hues: float = small.convert("HSV").getchannel("S").entropy()
    return min(filled, 0.75) * 4 + grey * 0.5 + hues * 0.5


def encode(picture: Any) -> bytes:
    """WebP of at most :data:`BYTES`."""
    data = b""
    for quality in (82, 70, 58, 45, 32, 20, 8):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        data = out.getvalue()
        if len(data) <= BYTES:
            return data
    half = picture.resize((WIDTH // 2, HEIGHT // 2)).resize((WIDTH, HEIGHT))
    out = io.BytesIO()
    half.save(out, "WEBP", quality=1, method=6)
    data = out.getvalue()
    if len(data) > BYTES:
        raise ValueError("it cannot be made small")
    return data


def draw(candidate: dict[str, Any], font: str) -> Any:
    kind, data = candidate["kind"], candidate["data"]
    if kind == "svg":
        return draw_svg(data, font)
    if kind == "image":
        return draw_image(data)
    return draw_table(data, font) if kind == "table" else draw_text(data, font)


def choose(candidates: list[dict[str, Any]], font: str) -> dict[str, Any]:
    """Pictures first, the most telling of them; then the first table, then the first text."""
    best: tuple[float, int, Any] | None = None
    for index, candidate in enumerate(candidates):
        drawn = candidate["kind"] in {"svg", "image"}
        if best is not None and not drawn:
            break
        try:
            picture = place_on_paper(draw(candidate, font))
            score = judge(picture)
        except Exception:  # noqa: BLE001, S112 - a picture that cannot be read is no candidate
            continue
        # An empty figure tells less than a table does.
        if (not drawn or score > 0.4) and (best is None or score > best[0]):
            best = (score, index, picture)
    if best is None:
        return {}
    return {"index": best[1], "webp": base64.b64encode(encode(best[2])).decode()}


def main() -> None:
    bound()
    asked = json.load(sys.stdin)
    json.dump(choose(asked["candidates"], asked["font"]), sys.stdout)


if __name__ == "__main__":
    main()
