"""Where a resource comes from: origin and derivatives by what one may read, editions compared, citation."""

from __future__ import annotations

import json
import re

import pytest

from candyce.library.doi import clean_doi
from candyce.library.models import Resource
from candyce.library.opendata.describing import describe
from candyce.library.peers import citation, provenance
from candyce.library.publishing import actions as publishing
from candyce.library.publishing.forms import DescribeForm
from candyce.projects.models import Version

from .conftest import make_resource, make_tree

SECRET = "quarante_deux_et_rien_d_autre"


def adapted(library, **values):
    user = library.people["colleague"]
    values = {"adapted_from": library.resource, "title": "Adaptée", **values}
    return make_resource("adaptee", user, make_tree("# Un, autrement"), **values)


def solution(secret):
    """An exercise whose answer only those who teach may read."""
    meta = {"grade": False, "solution": True, "locked": False, "task": False,
            "grade_id": "q1", "schema_version": 3}  # fmt: skip
    return {"cell_type": "code", "id": "sol", "metadata": {"nbgrader": meta}, "outputs": [],
            "execution_count": None,
            "source": f"### BEGIN SOLUTION\nx = '{secret}'\n### END SOLUTION"}  # fmt: skip


def test_adaptation_links_to_its_original_and_the_original_to_it(library, ask):
    adapted(library, licence="CC-BY-SA-4.0")
    html = ask("pupil", "get", "/library/adaptee/").content.decode()
    assert 'href="/library/essai/"' in html
    origin = provenance.get_origin(library.people["pupil"], Resource.objects.get(slug="adaptee"))
    assert (origin.edition, origin.licence, origin.verdict.allowed) == (1, "CC BY 4.0", True)
    assert 'href="/library/adaptee/"' in ask("pupil", "get", "/library/essai/").content.decode()


def test_original_that_one_may_not_read_is_cited_as_it_was_kept(library, ask):
    adapted(library)
    Resource.objects.filter(slug="essai").update(visibility="me", title="Titre changé")
    html = ask("pupil", "get", "/library/adaptee/").content.decode()
    assert "Les élèves comptent" in html
    assert "Titre changé" not in html
    assert "/library/essai/" not in html
    Resource.objects.filter(slug="essai").delete()
    assert "Les élèves comptent" in ask("pupil", "get", "/library/adaptee/").content.decode()


@pytest.mark.parametrize("visibility", ["me", "teachers"])
def test_derivatives_that_one_may_not_read_are_not_named(library, ask, visibility):
    adapted(library, visibility=visibility)
    assert "Adaptée" not in ask("pupil", "get", "/library/essai/").content.decode()
    assert "Adaptée" in ask("colleague", "get", "/library/essai/").content.decode()


def test_changes_between_editions_are_cells_and_files(library, ask):
    author = library.people["author"]
    make_resource("essai", author, make_tree("# Un", "Ajoutée", **{"a.csv": b"x"}))
    html = ask("colleague", "get", "/library/essai/history/?from=2&to=1").content.decode()
    assert "a.csv" in html
    assert "diff-added" in html
    assert "Ajoutée" in html
    for bad in ("from=1&to=9", "from=x&to=1", "from=1&to=" + "9" * 400, "from=1&to=²", "to=1"):
        assert ask("colleague", "get", f"/library/essai/history/?{bad}").status_code == 404


def test_comparison_shows_no_solution_to_those_who_do_not_teach(library, ask, by_id):
    author = library.people["author"]
    make_resource("essai", author, make_tree("# Un", solution(SECRET)))
    make_resource("essai", author, make_tree("# Un, mieux", solution(SECRET + "_2")))
    page = ask("pupil", "get", "/library/essai/history/?from=2&to=3")
    assert page.status_code == 200
    assert SECRET not in page.content.decode()
    page = ask("colleague", "get", "/library/essai/history/?from=2&to=3")
    assert SECRET in page.content.decode()


def test_edition_is_compared_only_by_whom_it_was_published_for(library, ask, by_id):
    """From one edition to the next; the first edition, the second, a correction, who compares both."""
    school = library.people["author"].roles.first().organisation
    authors = {"author", "coauthor"}
    at_school = {"inspector", "administrator"}
    teach = {"colleague", "rector", "stranger"} | at_school
    table = [
        ("me", "everyone", authors),
        ("establishment", "teachers", authors | at_school),
        ("teachers", "everyone", authors | teach),
        ("everyone", "everyone", authors | teach | {"pupil"}),
    ]
    for number, (first, second, compare) in enumerate(table):
        slug = f"essai{number}"
        for visibility, words in ((first, "Prénoms des élèves"), (second, "Corrigé")):
            values = {"visibility": visibility, "establishment": school}
            made = make_resource(slug, library.people["author"], make_tree(words), **values)
            made.co_authors.add(library.people["coauthor"])
        for who in library.people:
            page = ask(who, "get", f"/library/{slug}/history/?from=1&to=2")
            assert (page.status_code == 200) == (who in compare), (first, second, who)
            page = ask(who, "get", f"/library/{slug}/history/").content.decode()
            assert ("?from=1" in page) == (who in compare), (first, second, who)
            assert "Prénoms" not in page


def test_widening_a_resource_shows_its_last_edition_and_none_before(library, ask):
    author = library.people["author"]
    for words in ("Un", "Deux", "Trois"):
        resource = make_resource("essai0", author, make_tree(words), visibility="me")
    publishing.describe(resource, {"visibility": "everyone"}, acting_user=author)
    make_resource("essai0", author, make_tree("Quatre"))
    for numbers, status in (("from=3&to=4", 200), ("from=2&to=3", 404), ("from=1&to=4", 404)):
        page = ask("pupil", "get", f"/library/essai0/history/?{numbers}")
        assert page.status_code == status, numbers
    assert resource.editions.filter(visibility="me").count() == 2


def test_what_was_answered_openly_is_not_compared_once_answers_are_apart(library, ask, by_id):
    author = library.people["author"]
    make_resource("essai", author, make_tree(f"x = '{SECRET}'"))
    make_resource("essai", author, make_tree("# Un", solution(SECRET)))
    make_resource("essai", author, make_tree("# Un, mieux", solution(SECRET)))
    for numbers, status in (("from=1&to=2", 404), ("from=2&to=3", 404), ("from=3&to=4", 200)):
        for who in ("pupil", "inspector"):
            page = ask(who, "get", f"/library/essai/history/?{numbers}")
            assert page.status_code == status, (numbers, who)
        assert ask("colleague", "get", f"/library/essai/history/?{numbers}").status_code == 200


def test_only_the_first_files_are_compared_at_once(library, monkeypatch):
    compared = []
    monkeypatch.setattr(provenance, "compare", lambda a, b: compared.append((a, b)))
    names = [f"f{number}.csv" for number in range(8)]
    trees = [make_tree("# Un", **dict.fromkeys(names, data)) for data in (b"a", b"b")]
    editions = [
        provenance.Edition(version=Version(tree=tree), number=number)
        for number, tree in enumerate(trees)
    ]
    user = library.people["colleague"]
    changes, _more = provenance.compare_editions(user, *editions)
    assert [change.later for change in changes] == [False] * 4 + [True] * 4
    assert len(compared) == 4
    changes, _more = provenance.compare_editions(user, *editions, only="f7.csv")
    assert [(change.path, change.later) for change in changes] == [("f7.csv", False)]


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.5281/zenodo.1234567", "10.5281/zenodo.1234567"),
        (" https://doi.org/10.1000/182 ", "10.1000/182"),
        ("DOI: 10.1000.10/a(b)", "10.1000.10/a(b)"),
        ("10.1234/a,b", "10.1234/a,b"),
        ("10.1234/é", ""),
        ("10.12/x", ""),
        ("javascript:alert(1)", ""),
        ("10.1000/a b", ""),
        ('10.1000/"><script>', ""),
        ("10.1000/" + "x" * 200, ""),
    ],
)
def test_doi_is_one_or_nothing_wherever_it_is_asked(library, text, doi):
    resource = library.resource
    resource.doi = text
    assert clean_doi(text) == describe(resource).doi == doi
    assert citation.make_sentence(resource, None).endswith(f"https://doi.org/{doi}") is bool(doi)
    form = DescribeForm({"doi": text}, user=library.people["colleague"])
    assert ("doi" in form.errors, form.cleaned_data.get("doi", "")) == (not doi, doi)


HOSTILE = [
    "}\n@comment{x,", r"\input{/etc/passwd}", 'A & B $x$ #1 50% _a ~ ^ "q"', "\x01\x1b[31mrouge\u202e",
    "Marie and Pierre", "Curie, Marie",
]  # fmt: skip


def test_bibtex_of_hostile_metadata_stays_one_entry(library, ask):
    Resource.objects.update(
        title="".join(HOSTILE), authors=HOSTILE, doi="10.1000/182", language="fr}"
    )
    for who in ("pupil", "author"):
        answer = ask(who, "get", "/library/essai/cite/", {"format": "bibtex"})
        assert answer["Content-Type"].startswith("application/x-bibtex")
    text = answer.content.decode()
    assert text.count("\n@") == 0
    assert text.startswith("@misc{candyce:essai:1,\n")
    lines = text.splitlines()
    assert all(re.fullmatch(r"  \w+ = \{.*\},", line) for line in lines[1:-1])
    for line in lines[1:-1]:
        depth = 0
        for sign in line:  # BibTeX counts escaped braces too
            depth += {"{": 1, "}": -1}.get(sign, 0)
            assert depth >= 0
        assert depth == 0
    assert r"\textbackslash{}input\textbraceleft{}/etc/passwd" in text
    assert "{Marie and Pierre} and {Curie, Marie}" in text
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)


def test_citation_page_has_the_sentence_and_csl(library, ask):
    page = ask("pupil", "get", "/library/essai/cite/").content.decode()
    assert "http://localhost:8000/library/essai/" in page
    csl = json.loads(ask("pupil", "get", "/library/essai/cite/", {"format": "csl"}).content)
    assert csl[0]["author"] == [{"literal": "Alice Test"}]
    assert "DOI" not in csl[0]


def test_licence_is_stated_and_explained_and_own_terms_are_text(library, ask):
    terms = "<b>Demandez-moi</b>"
    Resource.objects.update(licence="LicenseRef-Own", licence_text=terms)
    html = ask("pupil", "get", "/library/essai/").content.decode()
    assert "&lt;b&gt;Demandez-moi&lt;/b&gt;" in html
