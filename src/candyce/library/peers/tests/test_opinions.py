"""Colleagues rate, authors answer, inspectors recommend: who may, what is counted, what is shown."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from candyce.accounts.models import AuditEntry, User
from candyce.lib.errors import BadRequest
from candyce.library.models import Endorsement, News, Resource, Review, SearchChange
from candyce.library.peers import actions, queries
from candyce.library.peers.queries import get_rates

from .conftest import EVERYBODY, make_resource, make_tree

HOSTILE = (
    "# Titre\n\n<script>alert(1)</script><img src=x onerror=alert(1)><h1>gros</h1>\n\n"
    "[lien](javascript:alert(1)) **fort** <form action=/x><input name=y></form> ![i](data:image/png;base64,AA==)"
)


def rate(library, who, comment="", **marks):
    user = library.people[who]
    return actions.do_review(library.resource, marks=marks, comment=comment, acting_user=user)


def endorse(library, organisation=None, **values):
    values = {"label": "Recommandée en SNT", "reason": "Claire et juste.", **values}
    return actions.do_endorse(
        library.resource,
        organisation=organisation,
        acting_user=library.people["inspector"],
        **values,
    )


# Status by person, in the order of EVERYBODY: 302 is the sign-in page, or the resource after a deed.
ACCESS = {
    "get /library/essai/reviews/": (302, 200, 200, 200, 200, 200, 200, 200, 200),
    "get /library/essai/reviews/mine/": (302, 403, 403, 403, 200, 200, 200, 200, 200),
    "post /library/essai/reviews/mine/": (302, 403, 403, 403, 302, 302, 302, 302, 302),
    "post /library/essai/reviews/{pk}/answer/": (302, 403, 302, 302, 403, 403, 403, 403, 403),
    "get /library/essai/recommend/": (302, 403, 403, 403, 403, 200, 403, 403, 403),
    "post /library/essai/recommend/": (302, 403, 403, 403, 403, 302, 403, 403, 403),
    "post /library/essai/recommend/{endorsement}/withdraw/": (
        302, 403, 403, 403, 403, 302, 403, 403, 403,
    ),
    "get /library/essai/report/": (302, 200, 200, 200, 200, 200, 200, 200, 200),
    "get /library/essai/reviews/{pk}/report/": (302, 200, 200, 200, 200, 200, 200, 200, 200),
    "get /library/moderation/": (302, 404, 404, 404, 404, 404, 200, 200, 200),
    "get /library/moderation/essai/": (302, 404, 404, 404, 404, 404, 404, 404, 404),
}  # fmt: skip
SENT = {
    "mine/": {"works": "4", "comment": "Bien."},
    "answer/": {"text": "Merci."},
    "recommend/": {"label": "Sélection", "reason": "Utile."},
}


def test_who_may_do_what_is_one_table(library, ask):
    given = endorse(library)
    review = rate(library, "stranger", works=3)
    found = {}
    for line in ACCESS:
        method, path = line.split()
        path = path.format(pk=review.pk, endorsement=given.pk)
        data = next((SENT[end] for end in SENT if path.endswith(end)), {})
        statuses = []
        for who in EVERYBODY:
            statuses.append(ask(who, method, path, data).status_code)
            Endorsement.objects.exclude(pk=given.pk).delete()
            Endorsement.objects.filter(pk=given.pk).update(withdrawn_at=None)
        found[line] = tuple(statuses)
    assert found == ACCESS


@pytest.mark.parametrize("visibility", ["me", "establishment", "teachers"])
def test_what_one_may_not_read_one_can_neither_rate_nor_report(library, ask, visibility):
    Resource.objects.update(visibility=visibility, establishment=None)
    for end in ("reviews/", "reviews/mine/", "recommend/", "report/", "history/", "cite/"):
        assert ask("pupil", "get", f"/library/essai/{end}").status_code == 404


def test_rating_again_changes_the_one_row_and_the_summary(library):
    rate(library, "colleague", works=5, clear=4)
    rate(library, "inspector", works=2)
    changed = rate(library, "colleague", works=3, comment="Mieux relue.")
    resource = Resource.objects.get()
    assert Review.objects.count() == 2
    assert (changed.clear, changed.comment) == (None, "Mieux relue.")
    assert (resource.rating, resource.rating_count) == (2.5, 2)
    means = [(one.mean, one.count) for one in get_rates(resource)]
    assert means == [(2.5, 2), (None, 0), (None, 0), (None, 0)]
    assert AuditEntry.objects.filter(verb__startswith="review.").count() == 3
    assert SearchChange.objects.filter(resource_id="essai").count() == 4  # the edition's too
    assert News.objects.filter(user=library.people["author"], kind="reviewed").count() == 2


def test_an_opinion_without_any_opinion_is_refused(library, ask):
    with pytest.raises(BadRequest):
        rate(library, "colleague", comment="  ")
    page = ask("colleague", "post", "/library/essai/reviews/mine/", {"works": "6", "comment": "x"})
    assert page.status_code == 422
    assert not Review.objects.exists()


def test_deleting_an_opinion_takes_it_out_of_the_summary(library, ask):
    rate(library, "colleague", works=5)
    assert ask("inspector", "post", "/library/essai/reviews/mine/delete/").status_code == 404
    assert ask("colleague", "post", "/library/essai/reviews/mine/delete/").status_code == 302
    resource = Resource.objects.get()
    assert (resource.rating, resource.rating_count, Review.objects.count()) == (None, 0, 0)


def test_page_says_which_edition_was_rated_and_means_with_numbers(library, ask):
    rate(library, "colleague", works=5, comment="Très **clair**.")
    make_resource("essai", library.people["author"], make_tree("# Deux"))
    rate(library, "inspector", works=4)
    page = ask("author", "get", "/library/essai/")
    opinions = {one.name: one for one in page.context["peers"]["opinions"]}
    assert (opinions["Charlie Test"].edition, opinions["Charlie Test"].older) == (1, True)
    assert (opinions["Inspector Test"].edition, opinions["Inspector Test"].older) == (2, False)
    html = page.content.decode()
    assert "<strong>clair</strong>" in html
    assert '<progress max="5" value="4.5" aria-hidden="true">' in html
    assert "<b>4,5 " in html


def test_pages_render_the_opinions_that_they_show_and_no_other(library, ask, monkeypatch):
    mine = rate(library, "colleague", comment="Le mien.")
    people = User.objects.bulk_create([User(username=f"u{n}") for n in range(6)])
    reviews = [
        Review(resource=library.resource, user=one, comment=f"Avis {n}.")
        for n, one in enumerate(people)
    ]
    Review.objects.bulk_create(reviews)
    Review.objects.filter(pk=mine.pk).update(updated_at=mine.updated_at - timedelta(days=1))
    rendered = []
    monkeypatch.setattr(queries, "SHOWN", 4)
    monkeypatch.setattr(queries, "render_remark", lambda text: rendered.append(text) or text)
    for path, texts in (
        ("", ["Le mien.", "Avis 5.", "Avis 4.", "Avis 3."]),
        ("reviews/", ["Le mien.", "Avis 5.", "Avis 4.", "Avis 3."]),
        ("reviews/?page=2", ["Avis 2.", "Avis 1.", "Avis 0."]),
    ):
        rendered.clear()
        page = ask("colleague", "get", f"/library/essai/{path}")
        assert rendered == texts, path
        assert [one.comment for one in page.context["peers"]["opinions"]] == texts
        assert bool(page.context["peers"]["mine"])
    rendered.clear()
    ask("author", "get", f"/library/essai/reviews/{mine.pk}/answer/")
    assert rendered == ["Le mien."]
    assert "page=2" in ask("author", "get", "/library/essai/reviews/").content.decode()
    assert len(ask("anonymous", "get", "/library/essai/").context["peers"]["opinions"]) == 4


def test_names_of_colleagues_are_for_those_who_work_in_education(library, ask):
    rate(library, "colleague", works=5, comment="Utile.")
    for who, named in (("pupil", False), ("author", True), ("inspector", True)):
        html = ask(who, "get", "/library/essai/").content.decode()
        assert "Utile." in html
        assert ("Charlie Test" in html) is named


def test_comments_on_a_resource_with_solutions_are_not_for_pupils(library, ask):
    meta = {"nbgrader": {"grade": False, "solution": True, "locked": False, "task": False,
                         "grade_id": "q1", "schema_version": 3}}  # fmt: skip
    source = "### BEGIN SOLUTION\nprint(42)\n### END SOLUTION"
    cell = {"cell_type": "code", "id": "a", "metadata": meta, "source": source, "outputs": [],
            "execution_count": None}  # fmt: skip
    make_resource("essai", library.people["author"], make_tree(cell))
    review = rate(library, "colleague", works=5, comment="La réponse est quarante-deux.")
    assert Resource.objects.get().released is not None
    for path in ("", "reviews/"):
        assert "quarante-deux" not in ask("pupil", "get", f"/library/essai/{path}").content.decode()
    path = f"/library/essai/reviews/{review.pk}/report/"
    assert ask("pupil", "get", path).status_code == 404
    assert "quarante-deux" in ask("inspector", "get", "/library/essai/").content.decode()


def test_hostile_comment_and_answer_do_nothing(library, ask):
    review = rate(library, "colleague", comment=HOSTILE)
    actions.do_answer(review, text=HOSTILE, acting_user=library.people["author"])
    html = ask("inspector", "get", "/library/essai/").content.decode()
    assert html.count("<strong>fort</strong>") == 2
    html = html.split('id="reviews"')[1]
    said = "".join(part.split("</div>")[0] for part in html.split('<div class="prose">')[1:])
    for bad in ("<script", "onerror", "<img", "<h1", '"javascript', "<form", "<input"):
        assert bad not in said


def test_author_answers_and_takes_the_answer_back(library, ask):
    review = rate(library, "colleague", comment="La cellule 3 est longue.")
    path = f"/library/essai/reviews/{review.pk}/answer/"
    assert ask("coauthor", "post", path, {"text": "Je l'ai coupée."}).status_code == 302
    page = ask("pupil", "get", "/library/essai/")
    assert "Je l'ai coupée." in page.content.decode().replace("&#x27;", "'")
    assert News.objects.get(user=library.people["colleague"]).kind == "answered"
    ask("author", "post", path, {"text": ""})
    review.refresh_from_db()
    assert (review.answer, review.answered_by) == ("", None)


def test_academy_recommends_through_its_inspector_and_an_older_edition_is_noted(library, ask):
    data = {"label": "Sélection 2026", "reason": "Juste.", "organisation": str(library.academy.pk)}
    assert ask("inspector", "post", "/library/essai/recommend/", data).status_code == 302
    expected = {"by": "Académie de Paris", "label": "Sélection 2026", "edition": 1, "older": False}
    assert Resource.objects.get().recommendation == expected
    make_resource("essai", library.people["author"], make_tree("# Deux"))
    assert Resource.objects.get().recommendation == {**expected, "older": True}
    html = ask("pupil", "get", "/library/essai/").content.decode()
    assert "Sélection 2026" in html
    assert "dans son édition 1" in html or "in its edition 1" in html
    given = Endorsement.objects.get()
    ask("inspector", "post", f"/library/essai/recommend/{given.pk}/withdraw/")
    assert Resource.objects.get().recommendation == {}


def test_inspector_speaks_for_no_school_and_for_no_other_academy(library, ask, school):
    for organisation in (school.organisation.pk, "x"):
        data = {"label": "Label", "reason": "Pourquoi.", "organisation": str(organisation)}
        assert ask("inspector", "post", "/library/essai/recommend/", data).status_code == 422
    assert not Endorsement.objects.exists()


def test_recommending_again_takes_the_place_of_before(library):
    endorse(library)
    endorse(library, organisation=library.academy)
    endorse(library, organisation=library.academy, label="Autre")
    standing = Endorsement.objects.filter(withdrawn_at=None)
    assert sorted(standing.values_list("label", flat=True)) == ["Autre", "Recommandée en SNT"]


@pytest.mark.django_db(transaction=True)
def test_two_opinions_at_once_make_one_row_each_and_a_right_sum(library):
    start, errors = Barrier(4), []

    def write(who, mark):
        start.wait()
        try:
            rate(library, who, works=mark)
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)
        connection.close()

    deeds = [("colleague", 2), ("colleague", 2), ("inspector", 5), ("stranger", 5)]
    threads = [Thread(target=write, args=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    resource = Resource.objects.get()
    assert errors == []
    assert (Review.objects.count(), resource.rating_count, resource.rating) == (3, 3, 4.0)
