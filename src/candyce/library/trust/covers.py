"""A cover for what has no picture: a drawing in the discipline's colour, different for each title."""

from __future__ import annotations

import random
from collections.abc import Callable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDE, HIGH = 400, 225


def make_cover(title: str, discipline: str) -> SafeString:
    """An SVG without words, for the eye alone; its colours are the page's (``cover`` in the style sheet)."""
    chance = random.Random(title)  # noqa: S311 - drawing, not secrets
    motif = MOTIFS.get(discipline, draw_tiles)(chance)
    return format_html(
        '<svg class="cover" viewBox="0 0 {} {}" preserveAspectRatio="xMidYMid slice" aria-hidden="true">{}</svg>',
        WIDE,
        HIGH,
        mark_safe(motif),  # noqa: S308 - numbers of ours
    )


def draw_waves(chance: random.Random) -> str:
    """Sines, for what oscillates."""
    found = []
    for place in range(5):
        high, long = chance.randint(12, 46), chance.choice((50, 80, 100, 133))
        middle = 40 + place * 36
        path = f"M-20 {middle}q{long / 2:.0f} {-high} {long} 0" + f"t{long} 0" * 9
        found.append(f'<path class="line l{place % 3}" d="{path}"/>')
    return "".join(found)


def draw_tiles(chance: random.Random) -> str:
    """Quarter discs in a grid, as in tilings."""
    found, side = [], 50
    for row in range(5):
        for column in range(8):
            if chance.random() < 0.62:
                x, y, turn = column * side, row * side, chance.randrange(4)
                arc = (f"M{x} {y}h{side}a{side} {side} 0 0 1-{side} {side}z", f"M{x} {y}v{side}a{side} {side} 0 0 0 {side}-{side}z",
                       f"M{x + side} {y + side}h-{side}a{side} {side} 0 0 1 {side}-{side}z", f"M{x} {y}l{side} {side}h-{side}z")[turn]  # fmt: skip
                found.append((turn % 3, arc))
    return "".join(
        f'<path class="f{shade}" d="{"".join(d for s, d in found if s == shade)}"/>'
        for shade in range(3)
    )


def draw_graph(chance: random.Random) -> str:
    """Nodes and edges, for what is connected."""
    nodes = [
        (30 + column * 68 + chance.randint(-20, 20), 34 + row * 52 + chance.randint(-14, 14))
        for row in range(4)
        for column in range(6)
        if chance.random() < 0.8
    ]
    edges = "".join(
        f"M{x} {y}L{u} {v}"
        for n, (x, y) in enumerate(nodes)
        for u, v in nodes[n + 1 :]
        if (x - u) ** 2 + (y - v) ** 2 < 85**2
    )
    dots = "".join(
        f'<circle class="f{n % 3}" cx="{x}" cy="{y}" r="{chance.choice((5, 7, 11))}"/>'
        for n, (x, y) in enumerate(nodes)
    )
    return f'<path class="line l1 thin" d="{edges}"/>{dots}'


def draw_circles(chance: random.Random) -> str:
    """Discs that overlap, for what lives."""
    return "".join(
        f'<circle class="f{n % 3}" cx="{chance.randint(0, WIDE)}" cy="{chance.randint(0, HIGH)}" r="{chance.randint(18, 74)}"/>'
        for n in range(11)
    )


def draw_bars(chance: random.Random) -> str:
    """A chart, for what is counted."""
    level, found = chance.randint(50, 110), []
    for place in range(14):
        level = max(24, min(190, level + chance.randint(-34, 40)))
        found.append(
            f'<rect class="f{place % 3}" x="{16 + place * 27}" y="{HIGH - level}" width="19" height="{level}" rx="3"/>'
        )
    return "".join(found)


def draw_lines(chance: random.Random) -> str:
    """Lines of a text, for what is read."""
    found = []
    for row in range(8):
        x = 28.0
        while x < WIDE - 60:
            long = chance.randint(18, 86)
            found.append(
                f'<rect class="f{chance.choice((0, 0, 1, 2))}" x="{x:.0f}" y="{24 + row * 24}" width="{min(long, WIDE - 28 - x):.0f}" height="10" rx="5"/>'
            )
            x += long + 9
            if chance.random() < 0.12:
                break
    return "".join(found)


MOTIFS: dict[str, Callable[[random.Random], str]] = {
    "physique-chimie": draw_waves,
    "musique": draw_waves,
    "nsi": draw_graph,
    "snt": draw_graph,
    "svt": draw_circles,
    "ses": draw_bars,
    "histoire-geographie": draw_bars,
    "francais": draw_lines,
    "anglais": draw_lines,
}
