"""Loads the sequences that ship in ``content/sequences/``: a TOML file each, with the resources it leads through.

``title``, ``abstract``, ``discipline``, ``levels``, ``kind`` ("sequence" or "collection"), then ``[[items]]`` in
order: ``resource`` (its slug) and, where there is something to say, ``note``.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from django.db import transaction

from candyce.accounts.audit import do_audit
from candyce.library.models import Collection, CollectionItem, Resource
from candyce.library.sequences.actions import make_search_text


class InvalidSequence(Exception):
    """A file that cannot be loaded; the message names the file and the reason."""


def read_sequence(path: Path) -> dict[str, Any]:
    """What the file says, checked but for whether its resources exist; raises :class:`InvalidSequence`."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found = {name: data[name] for name in ("title", "abstract", "discipline", "levels", "kind")}
        items = [(str(item["resource"]), str(item.get("note", ""))) for item in data["items"]]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise InvalidSequence(f"{path.name}: {error!r}") from error
    wrong = (
        found["discipline"] not in Resource.Discipline.values
        or not set(found["levels"]) <= set(Resource.Level.values)
        or found["kind"] not in Collection.Kind.values
        or len({slug for slug, _note in items}) != len(items)
    )
    if wrong or not items:
        raise InvalidSequence(f"{path.name}: discipline, levels, kind or items")
    return found | {"items": items}


def load_sequences(folder: Path) -> list[str]:
    """Load what is new or changed in ``folder``; returns the slugs loaded. Idempotent."""
    known = dict(Collection.objects.exclude(slug=None).values_list("slug", "content_hash"))
    loaded = []
    for path in sorted(folder.glob("*.toml")):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if known.get(path.stem) != digest:
            do_load(path.stem, read_sequence(path), digest)
            loaded.append(path.stem)
    return loaded


@transaction.atomic
def do_load(slug: str, data: dict[str, Any], content_hash: str) -> Collection:
    """Make or renew a shipped sequence."""
    slugs = [resource for resource, _note in data["items"]]
    missing = set(slugs) - set(Resource.objects.filter(pk__in=slugs).values_list("pk", flat=True))
    if missing:
        raise InvalidSequence(f"{slug}: no resource {', '.join(sorted(missing))}")
    collection, _created = Collection.objects.update_or_create(
        slug=slug,
        defaults={
            "title": data["title"],
            "description": data["abstract"],
            "discipline": data["discipline"],
            "levels": data["levels"],
            "kind": data["kind"],
            "visibility": Resource.Visibility.EVERYONE,
            "content_hash": content_hash,
        },
    )
    collection.search_text = make_search_text(collection)
    collection.save(update_fields=["search_text"])
    collection.items.exclude(resource__in=slugs).delete()
    for position, (resource, note) in enumerate(data["items"], start=1):
        CollectionItem.objects.update_or_create(
            collection=collection,
            resource_id=resource,
            defaults={"position": position, "note": note},
        )
    do_audit("collection_loaded", collection, acting_user=None)
    return collection
