"""Loads the resources that ship in ``content/``: each folder is a project with a ``resource.toml``."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from candyce.accounts.audit import do_audit
from candyce.lib.text import fold
from candyce.library.models import Resource
from candyce.projects.blobs import do_store_blob, read_blob
from candyce.projects.models import Project, Version
from candyce.projects.release import make_released_tree

CONTENT = settings.ROOT / "content"
FIELDS = (
    "title", "abstract", "discipline", "levels", "keywords", "objectives", "duration",
    "language", "licence", "authors", "kind", "programme",
)  # fmt: skip


class InvalidResource(Exception):
    """A folder of ``content/`` that cannot be loaded; the message names the folder and the reason."""


def read_resource(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Metadata and files of a folder; raises :class:`InvalidResource`."""
    try:
        data = tomllib.loads((folder / "resource.toml").read_text(encoding="utf-8"))
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "resource.toml" and not _is_hidden(path, folder)
        }
        metadata = {name: data[name] for name in FIELDS}
        json.loads(files[data["notebook"]])
    except (OSError, KeyError, ValueError) as error:
        raise InvalidResource(f"{folder.name}: {error!r}") from error
    if metadata["discipline"] not in Resource.Discipline.values:
        raise InvalidResource(f"{folder.name}: discipline {metadata['discipline']!r}")
    if not set(metadata["levels"]) <= set(Resource.Level.values):
        raise InvalidResource(f"{folder.name}: levels {metadata['levels']!r}")
    return metadata, files


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)


def _get_search_text(metadata: dict[str, Any], version: Version) -> str:
    """All that is searched: metadata first, then the notebooks' own text and code.

    ``version`` is the one for everybody: else one could find out a solution word by word.
    """
    parts = [metadata["title"], metadata["abstract"], metadata["programme"]]
    parts += [*metadata["objectives"], *metadata["keywords"]]
    parts.append(str(Resource.Discipline(metadata["discipline"]).label))
    parts += [str(Resource.Level(level).label) for level in metadata["levels"]]
    for name, entry in version.tree.items():
        if name.endswith(".ipynb"):
            cells = json.loads(read_blob(entry[0]))["cells"]
            parts += ["".join(cell.get("source", "")) for cell in cells]
    return fold(" ".join(parts))


def _get_hash(folder: Path, files: dict[str, bytes]) -> str:
    digest = hashlib.sha256((folder / "resource.toml").read_bytes())
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


@transaction.atomic
def do_publish(
    slug: str, metadata: dict[str, Any], files: dict[str, bytes], content_hash: str
) -> Resource:
    """Make or renew a shipped resource: a new version of its project, which earlier gifts keep."""
    tree = {}
    for name, content in files.items():
        blob = do_store_blob(content)
        tree[name] = [blob.sha256, blob.size, 0]
    before = (
        Resource.objects.filter(slug=slug)
        .select_related("version__project", "released__project")
        .first()
    )
    project = before.version.project if before else Project(kind=Project.Kind.RESOURCE, owner=None)
    project.title, project.tree = metadata["title"], tree
    project.save()
    version = Version.objects.create(project=project, tree=tree, reason=Version.Reason.PUBLISHED)
    released = _do_publish_released(version, before, metadata["language"])
    text = _get_search_text(metadata, released or version)
    values = {
        **metadata,
        "version": version,
        "released": released,
        "search_text": text,
        "content_hash": content_hash,
    }
    resource, _created = Resource.objects.update_or_create(slug=slug, defaults=values)
    do_audit("resource.published", resource, acting_user=None)
    return resource


def _do_publish_released(
    version: Version, before: Resource | None, language: str
) -> Version | None:
    """What those who do not teach get, in a project of its own; None where it is the same for all.

    A resource that once had secrets keeps its two projects: older versions stay with the first.
    """
    language = "fr" if language == "fr" else "en"
    tree = make_released_tree(version.tree, language)
    once = before.released if before else None
    if tree is None and once is None:
        return None
    project = once.project if once else Project(kind=Project.Kind.RESOURCE, owner=None)
    project.title = version.project.title
    project.tree = version.tree if tree is None else tree
    project.save()
    return Version.objects.create(
        project=project, tree=project.tree, reason=Version.Reason.PUBLISHED
    )


def load_content(content: Path = CONTENT) -> list[str]:
    """Load what is new or changed in ``content``; returns the slugs loaded. Idempotent."""
    known = dict(Resource.objects.values_list("slug", "content_hash"))
    loaded = []
    for toml in sorted(content.glob("*/resource.toml")):
        folder = toml.parent
        metadata, files = read_resource(folder)
        content_hash = _get_hash(folder, files)
        if known.get(folder.name) != content_hash:
            do_publish(folder.name, metadata, files, content_hash)
            loaded.append(folder.name)
    return loaded
