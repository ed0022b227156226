"""Who reads a collection, who changes it, and what of it they see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from candyce.accounts.models import Role
from candyce.conftest import make_user
from candyce.lib.errors import BadRequest, Forbidden, NotFound
from candyce.library.models import Collection, Resource
from candyce.library.sequences import access, actions, queries
from candyce.library.sequences.actions import Said

READERS = {
    "me": {"alice"},
    "establishment": {"alice", "dora", "admin", "inspector"},
    "teachers": {"alice", "dora", "admin", "inspector", "charlie"},
    "everyone": {"alice", "dora", "admin", "inspector", "charlie", "bob", "nobody"},
}


@pytest.fixture
def people(school):
    found = {
        name: getattr(school, name) for name in ("alice", "bob", "charlie", "admin", "inspector")
    }
    dora = make_user("dora", Role.Name.TEACHER, school.organisation)
    return found | {"dora": dora, "nobody": AnonymousUser()}


def can(verb, *arguments, **named):
    try:
        verb(*arguments, **named)
    except (NotFound, Forbidden) as error:
        return error.status
    return 200


@pytest.mark.parametrize("visibility", READERS)
def test_visibility_says_who_reads_a_collection_everywhere(sequence, people, visibility, portal):
    said = Said(title="Algorithmes", kind="sequence", visibility=visibility)
    actions.edit_collection(sequence, said, acting_user=people["alice"])
    readers = READERS[visibility]
    for name, user in people.items():
        read = name in readers
        assert can(access.get_collection, user, sequence.key) == (200 if read else 404), name
        assert (queries.find(user, "algorithme") == [sequence]) == read, name
        lists = queries.get_lists(user)
        assert (sequence in [*lists["mine"], *lists["shared"]]) == read, name
        containing = queries.get_containing(user, Resource.objects.get(pk="tris"))
        assert (containing == [sequence]) == read, name
        portal.logout()
        if name != "nobody":
            portal.force_login(user)
        address = f"/library/collections/{sequence.pk}/"
        assert portal.get(address).status_code == (200 if read else 404), name
        assert (b"Algorithmes" in portal.get("/library/collections/").content) == read, name
        # To change it: its owner alone; who cannot read it does not learn that it is there.
        refused = 302 if name == "nobody" else (403 if read else 404)
        item = sequence.items.first().pk
        for verb in ("edit/", "delete/", f"{item}/move/", f"{item}/note/", f"{item}/remove/"):
            answer = portal.post(address + verb) if name != "alice" else None
            assert answer is None or answer.status_code == refused, (name, verb)
        kept = name in {"alice", "dora", "admin", "inspector", "charlie"}
        copied = portal.post(f"{address}copy/").status_code
        expected = 302 if name == "nobody" or (read and kept) else (403 if read else 404)
        assert copied == expected, name
    assert sequence.items.count() == 3


def test_what_one_may_not_read_leaves_no_trace_in_a_collection(sequence, people, portal):
    said = Said(title="Algorithmes", kind="sequence", visibility="everyone")
    actions.edit_collection(sequence, said, acting_user=people["alice"])
    Resource.objects.filter(pk="tris").update(visibility="teachers")
    page = portal.get(f"/library/collections/{sequence.pk}/")
    html = page.content.decode()
    assert "Les boucles" in html
    assert "tris" not in html
    shown = page.context["shown"]
    assert ([item.resource_id for item in shown.items], shown.minutes) == (
        ["boucles", "graphes"],
        85,
    )
    assert "terminale" not in html.lower()
    listed = queries.find(AnonymousUser(), "algorithmes")[0]
    assert (listed.shown, listed.minutes) == (2, 85)
    assert queries.find(AnonymousUser(), "tris") == []
    # A colleague of elsewhere sees all three; her copy has what she saw then, and its owner's rule.
    made = actions.copy_collection(sequence, acting_user=people["charlie"])
    assert made.items.count() == 3
    assert (made.copied_from, made.visibility) == (sequence, "me")


def test_a_copy_takes_only_what_its_maker_may_read(sequence, people):
    Collection.objects.filter(pk=sequence.pk).update(visibility="teachers")
    Resource.objects.filter(pk="tris").update(
        visibility="establishment", establishment=people["alice"].roles.get().organisation
    )
    made = actions.copy_collection(sequence, acting_user=people["charlie"])
    assert list(made.items.values_list("position", "resource_id", "note")) == [
        (1, "boucles", "Note de boucles"),
        (2, "graphes", "Note de graphes"),
    ]


def test_origin_of_a_copy_is_told_to_those_who_may_read_it(sequence, people, portal):
    Collection.objects.filter(pk=sequence.pk).update(visibility="teachers")
    made = actions.copy_collection(sequence, acting_user=people["charlie"])
    portal.force_login(people["charlie"])
    address = f"/library/collections/{made.pk}/"
    assert portal.get(address).context["origin"] == sequence
    Collection.objects.filter(pk=sequence.pk).update(visibility="me")
    assert portal.get(address).context["origin"] is None


def test_what_is_kept_is_nobody_elses(school, resources, people, portal):
    actions.keep(resources["tris"], acting_user=school.alice)
    kept = Collection.objects.get(kept=True)
    for name in ("charlie", "admin", "bob", "nobody"):
        assert can(access.get_collection, people[name], kept.key) == 404
    with pytest.raises(BadRequest):
        actions.edit_collection(
            kept, Said(title="x", visibility="everyone"), acting_user=school.alice
        )


def test_pupils_and_visitors_have_no_collections(school, resources, portal):
    for sign_in, status in ((True, 403), (False, 302)):
        portal.logout()
        if sign_in:
            portal.force_login(school.bob)
        assert portal.post("/library/tris/keep/", {"kept": "1"}).status_code == status
        assert portal.post("/library/tris/keep/collections/", {"title": "x"}).status_code == status
        assert portal.post("/library/collections/new/", {"title": "x"}).status_code == status
    portal.force_login(school.bob)
    html = portal.get("/library/tris/").content.decode()
    assert "data-keep" not in html
    assert not Collection.objects.exists()


def test_establishment_must_be_ones_own(school, people):
    said = Said(title="Pour nous", visibility="establishment", establishment=school.organisation)
    with pytest.raises(BadRequest) as refused:
        actions.create_collection(said, acting_user=people["charlie"])
    assert set(refused.value.fields) == {"establishment"}
