"""The portal's policy allows no inline style, script or handler: no template holds one."""

import re
from pathlib import Path

import pytest
from django.test import Client

TEMPLATES = sorted(Path(__file__).resolve().parents[2].glob("*/templates/**/*.html"))
INLINE = re.compile(
    r"""<style\b|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*["']|=\s*["']?\s*javascript:""",
    re.IGNORECASE,
)


def test_there_are_templates_to_read():
    assert len(TEMPLATES) > 50


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_nothing_inline(path):
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color:red">',
        "<style>",
        "<script>x()</script>",
        '<a onclick="x()">',
        '<a href="javascript:x">',
        "<a href= javascript:x>",
    ],
)
def test_inline_code_would_be_found(text):
    assert INLINE.search(text)


@pytest.mark.django_db
def test_form_without_its_secret_gets_a_helpful_page(portal):
    strict = Client(enforce_csrf_checks=True, **portal.defaults)
    answer = strict.post("/sign-in/", {"username": "x", "password": "y"}, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 403
    assert b"reload it and send the form again" in answer.content
    assert b"portal.css" in answer.content
