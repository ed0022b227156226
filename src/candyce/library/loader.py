"""Loads what ships in ``content/``: each folder is a project with a ``resource.toml``; then the sequences.

``visibility`` of a ``resource.toml`` is "everyone", also where it is not said, or "teachers": an assessment that
pupils could read before they sit it would measure nothing.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from candyce.library.editions import do_make_edition
from candyce.library.models import Resource
from candyce.library.sequences.loader import load_sequences
from candyce.library.slugs import RESERVED
from candyce.projects.blobs import do_store_blob

CONTENT = settings.ROOT / "content"
FIELDS = (
    "title", "abstract", "discipline", "levels", "keywords", "objectives", "duration",
    "language", "licence", "authors", "kind", "programme",
)  # fmt: skip
OPTIONAL = ("theme", "rank", "packages", "offline")
# What ships has no owner and no establishment: the narrower ones would leave it to nobody.
VISIBILITIES = (Resource.Visibility.EVERYONE, Resource.Visibility.TEACHERS)


class InvalidResource(Exception):
    """A folder of ``content/`` that cannot be loaded; the message names the folder and the reason."""


def read_resource(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Metadata and files of a folder; raises :class:`InvalidResource`."""
    if folder.name in RESERVED:
        raise InvalidResource(f"{folder.name}: a page of the library stands there")
    try:
        data = tomllib.loads((folder / "resource.toml").read_text(encoding="utf-8"))
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "resource.toml" and not _is_hidden(path, folder)
        }
        metadata = {name: data[name] for name in FIELDS}
        metadata |= {name: data[name] for name in OPTIONAL if name in data}
        metadata["visibility"] = data.get("visibility", Resource.Visibility.EVERYONE.value)
        json.loads(files[data["notebook"]])
    except (OSError, KeyError, ValueError) as error:
        raise InvalidResource(f"{folder.name}: {error!r}") from error
    if metadata["discipline"] not in Resource.Discipline.values:
        raise InvalidResource(f"{folder.name}: discipline {metadata['discipline']!r}")
    if not set(metadata["levels"]) <= set(Resource.Level.values):
        raise InvalidResource(f"{folder.name}: levels {metadata['levels']!r}")
    if metadata["visibility"] not in VISIBILITIES:
        raise InvalidResource(f"{folder.name}: visibility {metadata['visibility']!r}")
    return metadata, files


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)


def _get_hash(folder: Path, files: dict[str, bytes]) -> str:
    digest = hashlib.sha256((folder / "resource.toml").read_bytes())
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


@transaction.atomic
def do_publish(
    slug: str, metadata: dict[str, Any], files: dict[str, bytes], content_hash: str
) -> Resource:
    """Make or renew a shipped resource."""
    tree = {}
    for name, content in files.items():
        blob = do_store_blob(content)
        tree[name] = [blob.sha256, blob.size, 0]
    values = {**metadata, "content_hash": content_hash}
    return do_make_edition(slug, values, tree, acting_user=None).resource


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
    return loaded + load_sequences(content / "sequences")
