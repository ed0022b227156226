"""Pictures of resources: chosen among what is shown, drawn within bounds, seen by those who may read the resource."""

from __future__ import annotations

import base64
import io
import json

import pytest
from PIL import Image

from candyce.lib.errors import NotFound
from candyce.library.models import Resource, Thumbnail
from candyce.library.trust import draw, thumbnails
from candyce.library.trust.covers import MOTIFS, make_cover
from candyce.library.trust.queries import get_thumbnail
from candyce.library.trust.tests.conftest import code, notebook, text
from candyce.library.trust.thumbnails import Candidate, find_candidates, make_picture, read_table

TABLE = "<table><tr><th>n</th><th>u(n)</th></tr><tr><td>1</td><td>0,5</td></tr></table>"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#fff"/>'
    '<circle cx="10" cy="10" r="8" fill="#a61e4d"/><rect x="20" y="4" width="15" height="9" fill="#2f7d32"/></svg>'
)
HOSTILE = [
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd.png"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><image x:href="http://127.0.0.1/a"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><style>@import "http://127.0.0.1/a"; a{}</style></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="url(http://127.0.0.1/#a)" onclick="a()"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="/tmp/other.svg#a"/></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><p>http:</p></foreignObject><script>a</script></svg>',
]
BOMB = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'


def shown(kind: str, data: str) -> dict:
    return code(
        "x", outputs=[{"output_type": "display_data", "data": {kind: data}, "metadata": {}}]
    )


def test_pictures_come_first_then_tables_then_texts():
    stream = {"output_type": "stream", "name": "stdout", "text": "un\ndeux"}
    error = {"output_type": "error", "ename": "E", "evalue": "", "traceback": ["SECRET"]}
    complaint = {"output_type": "stream", "name": "stderr", "text": "warning"}
    found = notebook(
        text("# 1. La suite"),
        code("x", outputs=[error, complaint, stream]),
        shown("text/html", TABLE),
        shown("image/svg+xml", SVG),
    )
    candidates = list(find_candidates(found))
    assert [(one.kind, one.heading) for one in candidates] == [
        ("text", "La suite"), ("table", "La suite"), ("svg", "La suite"),
    ]  # fmt: skip
    assert [one.kind for one in thumbnails.sort_candidates(candidates)] == ["svg", "table", "text"]
    assert read_table("<table><tr><td>seul</td></tr></table>") == []


def test_a_picture_is_drawn_small_and_said_in_words():
    found = notebook(text("## Les aires"), shown("image/svg+xml", SVG))
    picture = make_picture([found])
    assert picture is not None
    image = Image.open(io.BytesIO(picture.data))
    assert (image.size, image.format) == ((draw.WIDTH, draw.HEIGHT), "WEBP")
    assert len(picture.data) <= draw.BYTES
    assert picture.description == "Les aires"
    assert make_picture([notebook("1")]) is None


@pytest.mark.parametrize("svg", HOSTILE)
def test_an_svg_names_nothing_outside_itself(svg):
    cleaned = draw.clean_svg(svg)
    for word in ("passwd", "127.0.0.1", "other.svg", "onclick", "script", "foreignObject"):
        assert word not in cleaned


@pytest.mark.parametrize(
    "svg", [BOMB, "<html/>", "<svg" * 90, "<svg xmlns='x'>" + "<g>" * 90 + "</g>" * 90 + "</svg>"]
)
def test_bombs_are_not_drawn(svg):
    with pytest.raises((ValueError, SyntaxError)):
        draw.clean_svg(svg)
    font = thumbnails.find_font()
    table = {"kind": "table", "data": [["a", "b"], ["c", "d"]]}
    assert draw.choose([{"kind": "svg", "data": svg}, table], font)["index"] == 1


def test_what_is_no_picture_leaves_the_table():
    big = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 50).decode()
    candidates = [Candidate("image", big, ""), Candidate("table", [["é", "√2"], ["1", "2"]], "T")]
    picture = thumbnails._draw(candidates)
    assert picture is not None
    assert picture.description == "T"


def test_noise_is_made_small_enough():
    picture = Image.effect_noise((draw.WIDTH, draw.HEIGHT), 120).convert("RGB")
    assert len(draw.encode(picture)) <= draw.BYTES


def test_a_picture_is_seen_by_those_who_may_read_the_resource(school, publish, portal):
    resource = publish(notebook("1"))
    Thumbnail.objects.create(
        resource=resource, version=resource.version, image=b"RIFF", digest="a" * 64
    )
    url = f"/library/thumbnails/{'a' * 64}.webp"
    answer = portal.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["Cache-Control"] == "public, max-age=86400"
    Resource.objects.filter(pk=resource.pk).update(visibility="me")
    assert portal.get(url).status_code == 404
    with pytest.raises(NotFound):
        get_thumbnail(school.charlie, "a" * 64)
    portal.force_login(school.alice)
    assert portal.get(url)["Cache-Control"] == "private, max-age=31536000, immutable"


def test_covers_differ_by_title_and_say_nothing_of_it():
    for discipline in (*MOTIFS, "arts"):
        one, other = make_cover("<b>Un</b>", discipline), make_cover("Deux", discipline)
        assert one != other
        assert one == make_cover("<b>Un</b>", discipline)
        assert "<b>" not in one
        assert len(one) < 3500
    assert json.dumps(make_cover("Un", "nsi"))
