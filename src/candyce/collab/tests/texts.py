"""A project of texts, and edits that no text may have."""

from __future__ import annotations

import json

from pycrdt import Array, Doc, Map, Text

from candyce.accounts.models import User
from candyce.collab.tests.conftest import NOTEBOOK, make_project
from candyce.projects.models import Project

CSV = "mois,pluie\r\njanvier,51\r\nfévrier,41\r\n"
# A spreadsheet's own: rows end with \r\n, a line break within a cell is \n. It has a mark, too.
EXCEL = '\ufeffville,note\r\nBrest,"pluie\nforte"\r\nNice,soleil\r\n'


def make_text_project(owner: User) -> Project:
    contents = {
        "data.csv": CSV.encode(),
        "lisez-moi.md": "# Été 😀\n".encode(),
        "latin.csv": "é".encode("latin-1"),
        "photo.png": b"\x89PNG\x00",
        "lesson.ipynb": json.dumps(NOTEBOOK).encode(),
    }
    return make_project(owner, contents)


def source(doc: Doc) -> Text:
    return doc.get("source", type=Text)


EDITS = {
    "carriage return": lambda doc: source(doc).insert(2, "a\r\nb"),
    "nul": lambda doc: source(doc).insert(0, "\0"),
    "format": lambda doc: source(doc).format(0, 4, {"bold": True}),
    "attributes": lambda doc: source(doc).insert(0, "x", {"bold": True}),
    "embed": lambda doc: source(doc).insert_embed(0, {"image": "x"}),
    "ends": lambda doc: doc.get("state", type=Map).__setitem__("ends", "\r"),
    "no ends": lambda doc: doc.get("state", type=Map).__delitem__("ends"),
    "a page's own state": lambda doc: doc.get("state", type=Map).__setitem__("dirty", True),
    "cells": lambda doc: doc.get("cells", type=Array).append(Map({})),
}
