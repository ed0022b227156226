"""Which files can be edited live, and as what.

A file's kind follows from its name alone, so that everyone who asks gets one answer; whether a file of
text really holds text is found out when it is opened (:func:`read_text`).
"""

from __future__ import annotations

import re
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from candyce.lib.errors import BadRequest
from candyce.projects.paths import is_notebook

# The editor's drive has the same list (editor/src/drive.ts): what it opens as text.
_TEXT = re.compile(
    r"\.(bib|cfg|conf|css|csv|geojson|gitignore|gpx|htm|html|ini|js|json|jsonl|kml|log|lp|md|mjs|py|r|rst"
    r"|sh|sql|srt|svg|tex|toml|ts|tsv|txt|xml|yaml|yml)\Z",
    re.IGNORECASE,
)


class Kind(StrEnum):
    """What a live document is."""

    NOTEBOOK = "notebook"
    TEXT = "text"


class NotText(BadRequest):
    code = "not_text"
    default_message = _(
        "This file is not a text in UTF-8: it cannot be shown or changed here. Download it, or save"
        " it as UTF-8 in the program that made it and replace it."
    )


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its name; None: it is only ever read and replaced as a whole."""
    if is_notebook(path):
        return Kind.NOTEBOOK
    return Kind.TEXT if _TEXT.search(path) else None


def read_text(data: bytes) -> str | None:
    """A file's text, exactly (byte order mark and line ends as they are); None where it is none.

    Text is valid UTF-8 without the character NUL, which no text has and every binary format does.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text
