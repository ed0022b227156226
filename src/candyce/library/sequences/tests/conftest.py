"""Small resources and a sequence of Alice's."""

from __future__ import annotations

import pytest

from candyce.library.loader import load_content
from candyce.library.models import Collection, Resource
from candyce.library.sequences import actions
from candyce.library.sequences.actions import Said
from candyce.library.tests.test_library import get_folder


@pytest.fixture
def resources(db, tmp_path):
    """Three lessons that everyone may read, by slug."""
    for slug, changes in (
        ("boucles", {"title": "Les boucles", "duration": 55}),
        ("tris", {"title": "Les tris", "duration": 110, "levels": ["terminale"]}),
        ("graphes", {"title": "Les graphes", "duration": 30}),
    ):
        get_folder(tmp_path, slug, **changes)
    load_content(tmp_path)
    return {one.pk: one for one in Resource.objects.select_related("version")}


@pytest.fixture
def sequence(school, resources):
    """Alice's, seen by nobody else: loops, sorting, graphs."""
    made = actions.create_collection(
        Said(title="Algorithmes", description="De la boucle au graphe.", kind="sequence"),
        acting_user=school.alice,
    )
    for slug in ("boucles", "tris", "graphes"):
        actions.add_item(made, resources[slug], acting_user=school.alice, note=f"Note de {slug}")
    return Collection.objects.get(pk=made.pk)
