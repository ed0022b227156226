"""When what is public of each resource last changed, and what is public no more.

A resource has a row from the moment when everybody may read it; the row outlives it, so that who harvested the
resource can be told that it is gone. Rows follow what the library announces; the night puts right what was missed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from candyce.library.models import PublicRecord, Resource
from candyce.library.opendata.describing import (
    as_json,
    describe,
    find_public_originals,
    prepared,
    public_resources,
)

BATCH = 200
LANGUAGE = "fr"  # of what is compared: the catalogue's


def get_sets(resource: Resource) -> str:
    """The OAI sets of the resource, each between commas: ``,discipline:nsi,level:premiere,``."""
    levels = [value for value in Resource.Level.values if value in resource.levels]
    names = [f"discipline:{resource.discipline}", *(f"level:{one}" for one in levels)]
    return f",{','.join(names)},"


def get_digest(data: dict[str, Any]) -> str:
    """Of what harvesters are told; a run of the notebook and a rating are not a new record."""
    told = {key: data[key] for key in data if key not in ("rating", "execution")}
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def do_keep_records(slugs: Iterable[str]) -> int:
    """Bring the records of these resources up to date; gives how many changed."""
    keys = list(slugs)
    resources = list(prepared(public_resources().filter(pk__in=keys)).defer("search_text"))
    originals = find_public_originals(resources)
    there = {}
    with override(LANGUAGE):
        for one in resources:
            there[one.pk] = (get_digest(as_json(describe(one, public=originals))), get_sets(one))
    changed = 0
    with transaction.atomic():
        known = PublicRecord.objects.select_for_update().in_bulk(keys)
        for key in keys:
            changed += _do_keep(key, known.get(key), there.get(key))
    return changed


def _do_keep(key: str, row: PublicRecord | None, found: tuple[str, str] | None) -> bool:
    if found is None:
        if row is None or not row.public:
            return False
        row.public, row.digest = False, ""
    elif row is not None and row.public and row.digest == found[0]:
        return False
    elif row is None:
        values = {"digest": found[0], "sets": found[1], "changed_at": timezone.now()}
        return PublicRecord.objects.get_or_create(slug=key, defaults=values)[1]
    else:
        if row.public and not row.digest:  # of before records were kept: its date is known
            row.digest, row.sets = found
            row.save(update_fields=["digest", "sets"])
            return False
        row.public, (row.digest, row.sets) = True, found
    row.changed_at = timezone.now()
    row.save()
    return True


def do_reconcile() -> int:
    """All of them; gives how many records were behind."""
    slugs = set(public_resources().values_list("pk", flat=True))
    slugs |= set(PublicRecord.objects.filter(public=True).values_list("pk", flat=True))
    ordered = sorted(slugs)
    return sum(
        do_keep_records(ordered[start : start + BATCH]) for start in range(0, len(ordered), BATCH)
    )


def on_resource_changed(sender: object, resource: Resource, **more: object) -> None:
    """A receiver: what was adapted from it says so, as long as everybody may read it."""
    adaptations = resource.adaptations.values_list("pk", flat=True)
    do_keep_records({resource.pk, *adaptations})


def on_resource_deleted(sender: object, instance: Resource, **more: object) -> None:
    """A receiver: the record stays and says that the resource is gone."""
    slug = instance.pk
    transaction.on_commit(lambda: do_keep_records([slug]))
