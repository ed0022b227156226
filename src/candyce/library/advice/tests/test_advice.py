"""What a teacher is shown, why, and what nobody is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from candyce.accounts.demo import load_demo_people
from candyce.accounts.models import Role
from candyce.conftest import make_user
from candyce.library import news
from candyce.library.advice import actions, nightly, queries, reasons
from candyce.library.advice.demo import load_demo_uses
from candyce.library.advice.programme import get_next
from candyce.library.advice.tests.conftest import make_resource
from candyce.library.models import (
    Collection,
    CollectionItem,
    Reader,
    Resource,
    Standing,
    Thumbnail,
    Use,
)


@pytest.fixture
def lessons(school):
    """Four lessons of NSI in their order, two of music; three colleagues who used the first and the third."""
    found = {
        name: make_resource(name, title=name.title(), theme=name, rank=rank)
        for rank, name in enumerate(["boucles", "listes", "tris", "arbres"], 1)
    }
    found["son"] = make_resource("son", discipline="musique", levels=["seconde"])
    found["rythme"] = make_resource("rythme", discipline="musique", levels=["seconde"])
    for number in range(3):
        colleague = make_user(f"colleague{number}", Role.Name.TEACHER, school.organisation)
        for name in ("boucles", "tris"):
            actions.record_use(colleague, found[name], "given")
    nightly.do_learn()
    return found


def plain(text: str) -> str:
    """Without the spaces of French typography."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def get_shown(user, **more):
    return {one.resource.slug: plain(one.reason) for one in queries.get_for_you(user, **more)}


def test_what_was_given_leads_to_what_colleagues_used_with_it_and_to_what_comes_next(
    lessons, school
):
    actions.record_use(school.alice, lessons["boucles"], "given")
    shown = get_shown(school.alice)
    assert list(shown)[:2] == ["tris", "listes"]
    assert shown["tris"] == "Parce que vous avez donné « Boucles »"
    assert shown["listes"] == "Vient après « Boucles » en première, NSI"
    assert "boucles" not in shown


def test_a_newcomer_is_shown_what_is_liked_and_new_where_they_teach(lessons, school):
    Reader.objects.create(user=school.alice, disciplines=["musique"])
    assert set(get_shown(school.alice)) == {"son", "rythme"}
    assert get_shown(school.alice)["son"] == "Nouveau en Musique"
    school.school_class.title = "1re NSI"
    school.school_class.save()
    Reader.objects.all().delete()
    Resource.objects.filter(slug="listes").update(rating=4.6, rating_count=5)
    shown = get_shown(school.alice, count=3)
    assert set(shown) <= {"boucles", "listes", "tris", "arbres"}
    Resource.objects.update(published_at=timezone.now() - timedelta(days=300))
    shown = get_shown(school.alice, count=9)
    assert shown["boucles"] == "Très utilisée en NSI"
    assert shown["listes"] == "Apprécié par des collègues en NSI"


def test_nothing_is_advised_to_pupils_or_to_who_switched_it_off(lessons, school):
    Reader.objects.create(user=school.charlie, recommendations=False)
    for person in (school.bob, school.inspector, school.charlie):
        assert get_shown(person) == {}
    assert queries.get_together(school.charlie, lessons["boucles"]) == []


def test_beside_a_resource_nothing_is_suggested_to_who_switched_it_off(lessons, school, portal):
    make_resource("seule", discipline="musique", levels=["seconde"])
    headings = ("La suite dans le programme", "Souvent utilisé avec", "Proches de celle-ci")
    portal.force_login(school.charlie)
    addresses = ("/library/boucles/", "/library/tris/", "/library/seule/")

    def read_headings():
        pages = [portal.get(one).content.decode() for one in addresses]
        return {heading for heading in headings if any(heading in page for page in pages)}

    assert read_headings() == set(headings)
    Reader.objects.create(user=school.charlie, recommendations=False)
    assert read_headings() == set()
    detail = queries.get_detail(school.charlie, lessons["boucles"])
    assert detail == {"following": [], "together": [], "close": []}


def test_what_is_close_says_what_it_has_in_common(school):
    values = {"theme": "Algorithmique", "keywords": ["Tri", "liste"]}
    here = make_resource("ici", **values)
    make_resource("theme", theme="Algorithmique", keywords=["graphe"])
    make_resource("mots", theme="Données", keywords=["liste", "tri", "csv"])
    make_resource("place", theme="Données", keywords=["réseau"])
    make_resource("autre", discipline="musique", keywords=["gamme"], levels=["terminale"])
    level = make_resource("niveau", discipline="snt")
    expected = {
        "theme": "Même thème : Algorithmique",
        "mots": "Mots-clés communs : liste, tri",
        "place": "Aussi en première, NSI",
    }

    def read_close():
        found = queries.get_detail(school.bob, here)["close"]
        return {one.resource.slug: plain(one.reason) for one in found}

    assert read_close() == expected  # new since last night
    nightly.do_learn()
    assert read_close() == expected
    assert reasons.say_close(here, level) == "Aussi en première"


def test_what_one_may_not_read_is_never_advised(lessons, school):
    actions.record_use(school.alice, lessons["boucles"], "given")
    lessons["tris"].visibility = "me"
    lessons["listes"].withdrawn_at = timezone.now()
    for name in ("tris", "listes"):
        lessons[name].save()
    detail = queries.get_detail(school.alice, lessons["boucles"])
    shown = {one.resource.slug for part in detail.values() for one in part}
    shown |= set(get_shown(school.alice, count=20))
    assert not shown & {"tris", "listes"}
    assert "arbres" in shown


def test_beside_a_resource_stand_what_goes_with_it_and_what_follows(lessons, school):
    detail = queries.get_detail(school.bob, lessons["boucles"])
    assert [(one.resource.slug, plain(one.reason)) for one in detail["following"]] == [
        ("listes", "Vient après « Boucles » en première, NSI"),
        ("tris", "Vient après « Boucles » en première, NSI"),
    ]
    Resource.objects.update(rank=None, theme="")
    lessons["boucles"].refresh_from_db()
    detail = queries.get_detail(school.bob, lessons["tris"])
    [together] = detail["together"]
    assert (together.resource.slug, together.reason) == (
        "boucles", "3 collègues ont utilisé les deux",
    )  # fmt: skip
    [later] = queries.get_detail(school.bob, lessons["boucles"])["following"]
    assert (later.resource.slug, plain(later.reason)) == (
        "tris", "Souvent utilisé après « Boucles »",
    )  # fmt: skip


def test_what_follows_without_a_rank_comes_from_the_theme_a_sequence_or_the_order_of_uses(
    lessons, school
):
    new = make_resource("autre", theme="listes", levels=["premiere"])
    assert get_next(school.alice, new, count=1)[0].resource.slug == "tris"
    sequence = Collection.objects.create(title="Débuter", kind="sequence", visibility="everyone")
    for position, name in enumerate(["son", "boucles", "rythme"]):
        CollectionItem.objects.create(
            collection=sequence, resource=lessons[name], position=position
        )
    [follows] = get_next(school.alice, lessons["son"], count=1)
    assert (follows.resource.slug, plain(follows.reason)) == (
        "boucles", "La suite dans la séquence « Débuter »",
    )  # fmt: skip
    sequence.visibility = "me"
    sequence.save()
    assert get_next(school.alice, lessons["son"], count=1) == []
    Standing.objects.update_or_create(
        resource=lessons["son"], defaults={"neighbours": [["rythme", 1.0, 0.0, 4, 3]]}
    )
    assert get_next(school.alice, lessons["son"], count=1)[0].resource.slug == "rythme"


def test_the_last_of_a_year_leads_to_the_first_of_the_next(lessons, school):
    make_resource("graphes", rank=1, levels=["terminale"])
    [follows] = get_next(school.alice, lessons["arbres"], count=3)
    assert plain(follows.reason) == "Ouvre l’année suivante : terminale, NSI"


def test_the_night_forgets_what_is_old_or_of_people_who_teach_no_more(lessons, school):
    actions.record_use(school.alice, lessons["son"], "opened")
    actions.record_use(school.charlie, lessons["son"], "opened")
    Use.objects.filter(user=school.charlie).update(last_at=timezone.now() - timedelta(days=400))
    Role.objects.filter(user__username="colleague0").delete()
    assert nightly.do_forget_old() == 3
    assert set(Use.objects.values_list("user__username", flat=True)) == {
        "alice", "colleague1", "colleague2",
    }  # fmt: skip
    assert nightly.do_learn() == 6
    assert Standing.objects.get(resource="boucles").people == 0
    school.alice.delete()
    assert not Use.objects.filter(resource="son").exists()


def test_pages_show_suggestions_with_their_reasons(lessons, portal, school):
    actions.record_use(school.alice, lessons["boucles"], "given")
    portal.force_login(school.alice)
    for address in ("/", "/library/", "/library/for-you/"):
        html = plain(portal.get(address).content.decode())
        assert "Parce que vous avez donné « Boucles »" in html, address
    assert "Parce que" not in portal.get("/library/?q=tris").content.decode()
    html = portal.get("/library/tris/").content.decode()
    assert "La suite dans le programme" in html


def test_switching_off_deletes_what_was_recorded_and_on_again_begins_anew(lessons, portal, school):
    actions.record_use(school.alice, lessons["boucles"], "given")
    portal.force_login(school.alice)
    assert "1 ligne" in portal.get("/library/preferences/").content.decode()
    data = {"disciplines": ["nsi"], "levels": ["premiere"]}
    assert portal.post("/library/preferences/", data).status_code == 302
    reader = Reader.objects.get(user=school.alice)
    assert (reader.recommendations, reader.disciplines) == (False, ["nsi"])
    assert not Use.objects.filter(user=school.alice).exists()
    portal.get("/library/boucles/")
    assert not Use.objects.filter(user=school.alice).exists()
    assert "Parce que" not in portal.get("/").content.decode()
    portal.post("/library/preferences/", {**data, "recommendations": "on"})
    portal.get("/library/boucles/")
    assert Use.objects.filter(user=school.alice).count() == 1
    assert portal.post("/library/preferences/forget/").status_code == 302
    assert not Use.objects.filter(user=school.alice).exists()
    bad = portal.post("/library/preferences/", {"disciplines": ["sorcery"]})
    assert bad.status_code == 200
    portal.force_login(school.bob)
    assert portal.get("/library/preferences/").status_code == 403
    assert portal.get("/library/for-you/").status_code == 403


def test_of_many_neighbours_the_nearest_that_one_may_read_are_considered(
    lessons, school, monkeypatch
):
    make_resource("loin", discipline="musique", levels=["seconde"])
    make_resource("secret", discipline="musique", levels=["seconde"], visibility="me")
    rows = [("rythme", 0.2), ("secret", 0.9), ("son", 0.8), ("loin", 0.1)]
    near = [[key, weight, weight, 3, 0] for key, weight in rows]
    Standing.objects.filter(resource="boucles").update(neighbours=near)
    actions.record_use(school.alice, lessons["boucles"], "given")
    for pool, music in ((1, {"son"}), (2, {"son", "rythme"}), (9, {"son", "rythme", "loin"})):
        monkeypatch.setattr(queries, "POOL", pool)
        shown = set(get_shown(school.alice, count=20))
        assert shown & {"son", "rythme", "loin", "secret"} == music


def test_pages_leave_the_text_for_searching_where_it_is(lessons, school, portal):
    """It holds whatever the notebooks say: of a page of sixty resources, megabytes."""
    sequence = Collection.objects.create(
        title="Débuter", kind="sequence", visibility="everyone", slug="debuter"
    )
    for position, name in enumerate(["son", "boucles", "rythme"]):
        sequence.items.create(resource=lessons[name], position=position)
    adapted = make_resource("adaptee", theme="boucles", adapted_from=lessons["boucles"])
    near = [["tris", 1.0, 1.0, 4, 3], ["son", 0.0, 1.0, 0, 0]]
    Standing.objects.filter(resource="boucles").update(neighbours=near)
    Standing.objects.filter(resource="son").update(neighbours=[["listes", 0.0, 1.0, 0, 0]])
    thumbnail = Thumbnail.objects.create(
        resource=adapted, version=adapted.version, digest="abc", image=b"RIFF"
    )
    news.do_tell(school.alice, "reviewed", adapted)
    portal.force_login(school.alice)
    for address in (
        "/library/boucles/", "/library/son/", f"/library/{adapted.pk}/", "/library/for-you/",
        "/library/collections/debuter/", "/library/boucles/history/", "/",
        f"/library/thumbnails/{thumbnail.digest}.webp",
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            assert portal.get(address).status_code == 200
        for one in asked:
            assert '"library_resource"."search_text"' not in one["sql"], address


def test_suggestions_ask_the_same_number_of_queries_for_few_as_for_many(lessons, school):
    def count_queries(numbers, wanted):
        for number in numbers:
            extra = make_resource(f"r{number}", rank=number + 5, theme=str(number))
            actions.record_use(school.alice, extra, "opened")
            near = [[f"r{other}", 1.0, 1.0, 3, 0] for other in range(number)]
            Standing.objects.create(resource=extra, neighbours=near)
            make_resource(f"n{number}", theme=str(number))
        with CaptureQueriesContext(connection) as asked:
            assert len(queries.get_for_you(school.alice, count=wanted)) == wanted
        return len(asked)

    few = count_queries(range(2), 3)
    assert few <= 14
    assert count_queries(range(2, 30), 12) == few


def test_the_demonstration_has_something_to_advise_and_is_loaded_once(
    db, django_capture_on_commit_callbacks
):
    school = load_demo_people()
    make_resource("interroger-un-fichier-csv", discipline="snt", levels=["seconde"], rank=4)
    make_resource("snt-web-page-lien-moteur", discipline="snt", levels=["seconde"], rank=2)
    new = make_resource("lecon", discipline="snt", levels=["seconde"], rank=5, title="Se situer")
    with django_capture_on_commit_callbacks(execute=True):
        load_demo_uses(school)
    [shown] = queries.get_for_you(school.teachers[0])
    assert shown.resource == new
    together = queries.get_together(
        school.teachers[0], Resource.objects.get(pk="snt-web-page-lien-moteur")
    )
    assert [one.resource.slug for one in together] == ["interroger-un-fichier-csv"]
    Use.objects.all().delete()
    load_demo_uses(school)
    assert not Use.objects.exists()
