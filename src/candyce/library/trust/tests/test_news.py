"""What authors are told: theirs alone, said in the reader's language, put away once."""

from __future__ import annotations

import pytest
from django.utils import translation

from candyce.library import news
from candyce.library.editions import do_make_edition
from candyce.library.models import News, Resource

VALUES = {
    "title": "Les suites", "abstract": "a" * 60, "discipline": "mathematiques", "duration": 55,
    "levels": ["premiere"],
}  # fmt: skip


@pytest.fixture
def resource(school) -> Resource:
    values = {**VALUES, "owner": school.alice}
    return do_make_edition("suites", values, {}, acting_user=school.alice).resource


def test_authors_are_told_once_and_in_their_language(school, resource):
    resource.co_authors.add(school.charlie)
    news.do_tell_authors(resource, "broken")
    news.do_tell_authors(resource, "broken")
    news.do_tell_authors(resource, "reviewed", but=school.charlie, who="Marc")
    with translation.override("en"):
        told = news.get_news(school.alice)
        assert [one.text for one in told] == [
            "Marc gave an opinion on “Les suites”.",
            "“Les suites” does not run any more from top to bottom: see where it stops.",
        ]
        assert len(news.get_news(school.charlie)) == 1
    assert news.get_news(school.bob) == []


def test_what_one_may_no_longer_read_is_not_told(school, resource):
    news.do_tell(school.charlie, "original_changed", resource)
    assert len(news.get_news(school.charlie)) == 1
    Resource.objects.filter(pk=resource.pk).update(visibility="me")
    assert news.get_news(school.charlie) == []


def test_news_are_put_away_by_their_reader_alone(school, resource, portal):
    row = news.do_tell(school.alice, "adapted", resource, who="<b>Marc</b>")
    portal.force_login(school.charlie)
    assert portal.post(f"/library/news/{row.pk}/dismiss/").status_code == 404
    portal.force_login(school.alice)
    page = portal.get("/").content.decode()
    assert "&lt;b&gt;Marc&lt;/b&gt;" in page
    portal.post(f"/library/news/{row.pk}/dismiss/")
    assert "Marc" not in portal.get("/").content.decode()
    assert News.objects.get().dismissed_at is not None


def test_every_kind_can_be_shown(school, resource):
    for kind in news.KINDS:
        news.do_tell(school.alice, kind, resource)
    assert len(news.get_news(school.alice, limit=100)) == len(news.KINDS)
