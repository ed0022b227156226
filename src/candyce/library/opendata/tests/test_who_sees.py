"""Advice and open data in the table of who may see what: people x resources, in each way of seeing.

What machines take is the same for everybody; the interface follows its caller; advice is for those who teach and
never of what they may not read.
"""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from candyce.accounts.models import Role
from candyce.conftest import make_user
from candyce.library.advice import queries as advice
from candyce.library.advice.tests.conftest import make_resource
from candyce.library.models import Collection, CollectionItem, Resource, Standing, Use
from candyce.library.opendata.records import do_reconcile

SLUGS = {"mine", "ours", "teachers", "all", "gone"}
MAY_SEE = {
    "nobody": {"all"},
    "pupil": {"all"},
    "colleague": {"all", "teachers", "ours"},
    "inspector": {"all", "teachers", "ours"},
    "elsewhere": {"all", "teachers"},
    "author": SLUGS,
}
TEACH = {"colleague", "elsewhere", "author"}


@pytest.fixture
def people(school):
    """Five resources by Alice, in one sequence and all neighbours of ``start``, which everybody reads."""
    colleague = make_user("colleague", Role.Name.TEACHER, school.organisation)
    visibilities = {"mine": "me", "ours": "establishment", "teachers": "teachers"}
    start = make_resource("start", rank=1)
    sequence = Collection.objects.create(
        slug="suite", title="S", kind="sequence", visibility="everyone"
    )
    for number, slug in enumerate(sorted(SLUGS)):
        resource = make_resource(
            slug, rank=number + 2, owner=school.alice, establishment=school.organisation,
            visibility=visibilities.get(slug, "everyone"), rating=4.5, rating_count=9,
        )  # fmt: skip
        CollectionItem.objects.create(collection=sequence, resource=resource, position=number)
    do_reconcile()  # what is gone was public once
    Resource.objects.filter(pk="gone").update(withdrawn_at=timezone.now())
    neighbours = [[slug, 1.0, 1.0, 9, 9] for slug in sorted(SLUGS)]
    Standing.objects.create(resource=start, people=9, score=1.0, neighbours=neighbours)
    for person in (colleague, school.alice, school.charlie, school.bob, school.inspector):
        Use.objects.create(user=person, resource=start, verb="given")
    return {
        "nobody": None, "pupil": school.bob, "colleague": colleague, "inspector": school.inspector,
        "elsewhere": school.charlie, "author": school.alice,
    }  # fmt: skip


def find(text: str) -> set[str]:
    return set(re.findall(r"/library/([\w-]+)/", text)) & SLUGS


@pytest.mark.parametrize("name", MAY_SEE)
def test_each_way_shows_what_the_person_may_see(people, portal, name):
    person, may = people[name], MAY_SEE[name]
    if person is not None:
        portal.force_login(person)
    found = portal.get("/api/library/").json()
    assert {one["id"] for one in found["resources"]} & SLUGS == may
    assert {slug for slug in SLUGS if portal.get(f"/api/library/{slug}/").status_code == 200} == may
    assert find(portal.get("/sitemap-1.xml").content.decode()) == {"all"}
    records = portal.get("/oai/?verb=ListRecords&metadataPrefix=scolomfr").content.decode()
    assert find(records) == {"all"}
    assert set(re.findall(r"oai:localhost:(\w+)<", records)) == {"start", "all", "gone"}
    for slug in may:
        html = portal.get(f"/library/{slug}/").content.decode()
        assert ("application/ld+json" in html) == (slug == "all"), slug
    beside = find(portal.get("/library/start/").content.decode())
    assert beside <= may
    detail = advice.get_detail(
        person or portal.get("/library/start/").wsgi_request.user, Resource.objects.get(pk="start")
    )
    named = {one.resource.pk for part in ("following", "together") for one in detail[part]}
    assert named <= may
    assert named


@pytest.mark.parametrize("name", MAY_SEE)
def test_advice_is_for_those_who_teach_and_of_what_they_may_read(people, name):
    person = people[name]
    shown = (
        set()
        if person is None
        else {one.resource.pk for one in advice.get_for_you(person, count=20)}
    )
    others = MAY_SEE[name] if name in TEACH - {"author"} else set()  # nobody is advised their own
    assert shown == others
