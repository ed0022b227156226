"""What every reader has to load, and whether it can be read at all."""

from __future__ import annotations

import json
from collections.abc import Iterator

from django.utils.translation import gettext as _

from candyce.library.publishing.checks.findings import ADVICE, BLOCK, CONFIRM, Finding
from candyce.library.publishing.content import Content
from candyce.library.queries import MAX_PREVIEW

MEGABYTE = 1_000_000
TOTAL_MOST, TOTAL_GOOD = 50 * MEGABYTE, 10 * MEGABYTE
OUTPUT_GOOD = MEGABYTE
_LEFT_BEHIND = (".ipynb_checkpoints", "__pycache__", ".ds_store", "thumbs.db", ".git")


def find_sizes(content: Content) -> Iterator[Finding]:
    if not content.notebooks:
        yield Finding(
            "no_notebook", BLOCK, _("There is no notebook in this project."),
            _("A resource needs one notebook at least, which its page shows."),
        )  # fmt: skip
    for path, notebook in content.notebooks.items():
        if notebook is None:
            yield Finding(
                "unreadable", BLOCK, _("This notebook cannot be read."),
                _("Open it to see what is wrong, or delete it."), path,
            )  # fmt: skip
    yield from _find_totals(content)
    yield from _find_outputs(content)
    yield from _find_left_behind(content)


def _find_totals(content: Content) -> Iterator[Finding]:
    total = sum(entry[1] for entry in content.tree.values())
    shown = {"size": f"{total / MEGABYTE:.0f}"}
    mend = _("Make images and data smaller, and clear results that can be made again.")
    if total > TOTAL_MOST:
        text = _("The project weighs %(size)s MB: too much for a class to load.")
        yield Finding("too_large", BLOCK, text % shown, mend)
    elif total > TOTAL_GOOD:
        text = _("The project weighs %(size)s MB: it takes long to load on a slow network.")
        yield Finding("large", ADVICE, text % shown, mend)
    for path in content.notebooks:
        size = content.tree[path][1]
        if size > MAX_PREVIEW:
            text = _(
                "This notebook weighs %(size)s MB: too much to be shown on the resource’s page."
            )
            yield Finding("large_notebook", ADVICE, text % {"size": size // MEGABYTE}, mend, path)


def _find_outputs(content: Content) -> Iterator[Finding]:
    for place in content.iter_places():
        outputs = place.cell.get("outputs")
        size = len(json.dumps(outputs)) if outputs else 0
        if size > OUTPUT_GOOD:
            yield Finding.at(
                place, "large_output", ADVICE,
                _("The result of this cell weighs %(size)s MB.") % {"size": f"{size / MEGABYTE:.1f}"},
                _("Show less of it, or a smaller figure."),
            )  # fmt: skip


def _find_left_behind(content: Content) -> Iterator[Finding]:
    for path in content.tree:
        parts = [part.lower() for part in path.split("/") if part]
        if any(part in _LEFT_BEHIND for part in parts):
            text = _("A file that programs leave behind would be published with it.")
            yield Finding("left_behind", ADVICE, text, _("Delete it."), path)
        elif parts and (parts[-1] == ".env" or parts[-1].endswith((".pem", ".key"))):
            text = _("This file looks like a secret: passwords or keys.")
            yield Finding("secret", CONFIRM, text, _("Delete it."), path)
