"""Notebooks of strangers, shown on the portal: nothing of them may act."""

from __future__ import annotations

import base64
import json

import pytest

from candyce.lib.markdown import Room, render_markdown
from candyce.lib.notebook_html import REMEMBERED, render_again, render_notebook

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    '<a href="jAvAsCrIpT:alert(1)">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    '<iframe src="https://example.org"></iframe>',
    '<form action="https://example.org"><input name=p></form>',
    '<p style="position:fixed">x</p>',
    '<link rel=stylesheet href="https://example.org">',
    '<meta http-equiv="refresh" content="0;url=https://example.org">',
    '<img src="https://example.org/spy.png">',
    r"$\href{javascript:alert(1)}{x}$",
    r"$\text{<script>alert(1)</script>}$",
    "<base href='https://example.org'>",
    "<object data=x></object><embed src=x>",
    "<template><script>alert(1)</script></template>",
]
FORBIDDEN = (
    "<script", "onerror", 'href="javascript', 'href="data:', "<iframe", "<form", "style=", "<link", "<meta",
    'src="http', "<base", "<object", "<embed", "<svg", "<input",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("place", ["markdown", "text/html", "text/markdown"])
def test_hostile_markup_is_disarmed(text, place):
    if place == "markdown":
        html = render_notebook({"cells": [{"cell_type": "markdown", "source": [text]}]})
    else:
        output = {"output_type": "display_data", "data": {place: text}}
        html = render_notebook(
            {"cells": [{"cell_type": "code", "source": "", "outputs": [output]}]}
        )
    found = html.lower()
    assert [word for word in FORBIDDEN if word in found] == []


def test_svg_output_becomes_an_image_that_can_run_nothing():
    svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    output = {
        "output_type": "execute_result",
        "data": {"image/svg+xml": svg, "text/plain": "<pygal>"},
    }
    html = render_notebook({"cells": [{"cell_type": "code", "source": "g", "outputs": [output]}]})
    assert base64.b64encode(svg.encode()).decode() in html
    assert "<svg" not in html
    assert 'alt="' in html


def test_image_data_cannot_leave_its_attribute():
    output = {"output_type": "display_data", "data": {"image/png": 'x" onerror="alert(1)'}}
    html = render_notebook({"cells": [{"cell_type": "code", "source": "", "outputs": [output]}]})
    assert "onerror" not in html


def test_maths_code_and_outputs_are_readable_without_javascript():
    notebook = {
        "cells": [
            {"cell_type": "markdown", "source": "# Bonjour\n\n$$\\frac{a}{b}$$"},
            {
                "cell_type": "code",
                "source": ["def f():\n", "    return '<b>'"],
                "outputs": [
                    {
                        "output_type": "stream",
                        "name": "stdout",
                        "text": ["\x1b[31mrouge\x1b[0m <i>"],
                    },
                    {"output_type": "error", "traceback": ["Aïe"], "ename": "E", "evalue": ""},
                ],
            },
        ]
    }
    html = render_notebook(notebook)
    assert "<h1>Bonjour</h1>" in html
    assert "<mfrac>" in html
    assert '<math tabindex="0" display="block"' in html  # it scrolls where the page is narrow
    assert '<span class="k">def</span>' in html
    assert "rouge &lt;i&gt;" in html
    assert "\x1b" not in html
    assert "Aïe" in html


def test_attachment_is_shown_from_the_cell():
    html = render_markdown("![a](attachment:p.png)", attachments={"p.png": {"image/png": "AAAA"}})
    assert 'src="data:image/png;base64,AAAA"' in html


def test_huge_output_is_cut():
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}
    html = render_notebook({"cells": [{"cell_type": "code", "source": "", "outputs": [output]}]})
    assert len(html) < 30_000


@pytest.mark.parametrize(
    "notebook",
    [
        {}, {"cells": None}, {"cells": [None, 3, {}]}, {"cells": [{"cell_type": "code", "outputs": [None, {}]}]},
        {"cells": [{"cell_type": "code", "source": None, "outputs": [{"output_type": "error"}]}]},
        {"cells": [{"cell_type": "markdown", "source": {"a": 1}, "attachments": [1]}]},
    ],
)  # fmt: skip
def test_malformed_notebook_is_shown_as_far_as_it_goes(notebook):
    assert render_notebook(notebook).startswith('<div class="notebook">')


def test_an_attached_picture_stands_only_as_often_as_there_is_room():
    text = "![a](attachment:p.png)\n" * 50
    bundle = {"p.png": {"image/png": "A" * 1000}}
    html = render_markdown(text, attachments=bundle, room=Room(5 * 1100))
    assert html.count("data:image/png") == 5
    assert html.count('alt="a"') == 50


def test_attachments_that_are_none_change_nothing():
    strange = {"p.png": "x", "q.png": {"image/png": 5}}
    assert 'alt="a"' in render_markdown("![a](attachment:p.png)", attachments=strange)


@pytest.mark.parametrize("size", [100, REMEMBERED])
def test_a_cell_that_is_looked_at_again_and_again_cannot_fill_the_memory(size):
    """Small ones are kept, each with little room for pictures; large ones share the page's."""
    cell = {
        "cell_type": "markdown",
        "source": "![a](attachment:a.png)\n" * 400,
        "attachments": {"a.png": {"image/png": "A" * 4 * size}},
    }
    room = Room(50_000)
    html = "".join(render_again(json.dumps({**cell, "id": n}), "fr", room) for n in "abc")
    assert html.count("data:image/png") * 4 * size <= (50_000 if size > 100 else 3 * 200_000)
    assert html.count("<img") >= html.count("data:image/png")
