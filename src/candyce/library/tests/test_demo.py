"""The demonstration's library has a life, made once."""

from __future__ import annotations

from candyce.accounts.demo import load_demo_people
from candyce.library.demo import ADAPTATION, load_demo_library
from candyce.library.loader import CONTENT, load_content
from candyce.library.models import Collection, Edition, Endorsement, News, Report, Resource, Review
from candyce.library.peers import moderation
from candyce.library.peers.provenance import get_origin
from candyce.library.trust.queries import read_main

SHIPPED = ("algorithmes-de-tri", "interroger-un-fichier-csv", "fabriquer-un-son")


def count():
    models = (Resource, Edition, Review, Endorsement, Report, Collection, News)
    return [model.objects.count() for model in models]


def test_demonstration_s_library_is_made_once_and_passes_over_what_does_not_ship(db, tmp_path):
    school = load_demo_people()
    load_demo_library(school)
    assert count() == [0] * 7
    for slug in SHIPPED:
        (tmp_path / slug).symlink_to(CONTENT / slug)
    load_content(tmp_path)
    load_demo_library(school)
    first = count()
    assert first[:6] == [4, 5, 5, 1, 1, 1]
    load_demo_library(school)
    assert count() == first

    adaptation = Resource.objects.get(slug=ADAPTATION)
    origin = get_origin(school.teachers[1], adaptation)
    assert origin.resource.slug == "interroger-un-fichier-csv"
    assert origin.verdict.allowed
    editions = list(adaptation.editions.order_by("number"))
    sides = [read_main(edition.version)["cells"] for edition in editions]
    assert len(sides[1]) == len(sides[0]) + 1
    queue = moderation.get_queue(school.administrator)
    assert [one.resource.slug for one in queue] == ["fabriquer-un-son"]
    assert Resource.objects.get(slug="algorithmes-de-tri").rating_count == 2
