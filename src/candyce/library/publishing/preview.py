"""The page of a resource that is not published yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from candyce.library.models import Resource
from candyce.library.publishing.forms import PublishForm
from candyce.library.publishing.pages import Publication
from candyce.library.queries import MAX_PREVIEW
from candyce.library.trust.preview import Preview as Page
from candyce.library.trust.preview import make_preview
from candyce.projects.blobs import read_blob
from candyce.projects.models import Project
from candyce.projects.release import make_released_tree


@dataclass(frozen=True)
class Preview:
    """``resource`` is not in the database; ``has_secrets``: pupils get another version, which ``as_pupil`` shows."""

    resource: Resource
    page: Page | None
    files: list[tuple[str, list]]
    has_secrets: bool
    as_pupil: bool
    complete: bool


def get_preview(publication: Publication, *, as_pupil: bool) -> Preview:
    values, complete = _read_values(publication, publication.get_form())
    resource = Resource(slug="preview", **values)
    language = "fr" if resource.language == "fr" else "en"
    released = make_released_tree(publication.tree, language)
    shown = released if as_pupil and released is not None else publication.tree
    files = [(path, entry) for path, entry in sorted(shown.items()) if not path.endswith("/")]
    return Preview(
        resource, _render(shown), files, released is not None, as_pupil and bool(released), complete
    )


def _read_values(publication: Publication, form: PublishForm) -> tuple[dict[str, Any], bool]:
    """The fields as they would be published; what is not right yet stands as far as it goes.

    ``form``: as it is first shown.
    """
    bound = publication.get_form({**form.initial, **_as_typed(form)})
    complete = bound.is_valid()
    clean = bound.cleaned_data
    names = (
        "title", "abstract", "discipline", "levels", "kind", "duration", "language", "objectives", "keywords",
        "theme", "programme", "packages", "authors", "licence", "doi", "visibility",
    )  # fmt: skip
    values = {name: clean[name] for name in names if clean.get(name)}
    values.setdefault("title", publication.project.title)
    values.setdefault("duration", 0)
    return values, complete


def _as_typed(form: PublishForm) -> dict[str, Any]:
    """Lists of the first answers as the form's fields have them."""
    fields = form.fields
    return {
        name: fields[name].prepare_value(value)
        for name, value in form.initial.items()
        if name in fields and isinstance(value, list) and name != "levels"
    }


def _render(tree: dict[str, list]) -> Page | None:
    path = Project(tree=tree).main_path
    if path is None or tree[path][1] > MAX_PREVIEW:
        return None
    try:
        notebook = json.loads(read_blob(tree[path][0]))
    except (OSError, ValueError, RecursionError):
        return None
    return make_preview(notebook, tree, path) if isinstance(notebook, dict) else None
