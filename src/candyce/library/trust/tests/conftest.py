"""Small resources, and the kernel that browsers get where it is built."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from candyce.compute.sandbox.tests.fixtures import has_sandbox
from candyce.library.editions import do_make_edition
from candyce.library.models import Resource
from candyce.projects.blobs import do_store_blob

VALUES = {
    "title": "Les suites", "abstract": "a" * 60, "discipline": "mathematiques", "duration": 55,
    "levels": ["premiere"],
}  # fmt: skip


def code(source: str, *, outputs: list | None = None, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": "c", "source": source, "metadata": metadata,
        "outputs": outputs or [], "execution_count": None,
    }  # fmt: skip


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "m", "source": source, "metadata": {}}


def notebook(*cells: dict[str, Any] | str, **metadata: Any) -> dict[str, Any]:
    """A notebook of these cells, code where they are plain strings."""
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def store(**files: Any) -> dict[str, list]:
    """A tree of these files: ``cours_ipynb=notebook(…)``."""
    tree = {}
    for name, content in files.items():
        path = name.replace("__", "/").replace("_ipynb", ".ipynb").replace("_csv", ".csv")
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        blob = do_store_blob(data)
        tree[path] = [blob.sha256, blob.size, 0]
    return tree


Publish = Callable[..., Resource]


@pytest.fixture
def publish(school) -> Publish:
    """Alice publishes: ``publish(notebook(…), title=…)``."""

    def make(found: dict[str, Any], slug: str = "suites", **values: Any) -> Resource:
        tree = store(cours_ipynb=found)
        fields = {**VALUES, "owner": school.alice, **values}
        return do_make_edition(slug, fields, tree, acting_user=school.alice).resource

    return make


@pytest.fixture
def served(settings):
    """The Python that browsers get, as the build made it."""
    settings.EDITOR_SITE = settings.ROOT / "var/build/editor"
    if not has_sandbox() or not (settings.EDITOR_SITE / "pyodide/distribution.json").exists():
        pytest.skip("bubblewrap is missing, or the editor is not built")
