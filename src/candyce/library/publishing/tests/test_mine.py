"""What authors do with what they published: describe, sign together, hand over, unpublish, publish again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.conftest import make_user
from candyce.library.models import Invitation, News, Resource, SearchChange
from candyce.library.news import get_news
from candyce.library.publishing.tests.publications import TEXT, make_project, publish, typed


@pytest.fixture
def signed(portal, school):
    """Alice's resource for everyone, with Dan, her colleague, as co-author."""
    dan = make_user("dan", "teacher", school.organisation)
    resource = publish(portal, school.alice, make_project(school.alice), visibility="everyone")
    resource.co_authors.add(dan)
    school.dan = dan
    return resource


# person: edit, withdraw, restore, project, authors, merge
WHO = {
    "alice": (200, 302, 302, 302, 302),
    "dan": (200, 302, 302, 302, 403),
    "charlie": (403, 403, 403, 403, 403),
    "inspector": (403, 403, 403, 403, 403),
    "admin": (403, 403, 403, 403, 403),
    "bob": (403, 403, 403, 403, 403),
}
PAGES = ("withdraw", "restore", "make_project", "change_authors")


@pytest.mark.parametrize(("name", "statuses"), WHO.items())
def test_who_may_do_what_with_a_resource(portal, school, signed, name, statuses):
    portal.force_login(getattr(school, name))
    got = [portal.get(reverse("library:edit", args=[signed.pk])).status_code]
    for page in PAGES:
        url = reverse(f"library:{page}", args=[signed.pk])
        got.append(portal.post(url, {"remove": str(school.charlie.pk)}).status_code)
    assert tuple(got) == statuses
    Resource.objects.filter(pk=signed.pk).update(visibility="me")
    hidden = portal.get(reverse("library:edit", args=[signed.pk])).status_code
    assert hidden == (200 if name in {"alice", "dan"} else 404)


def test_unpublished_resource_is_found_by_its_authors_alone_until_it_comes_back(
    portal, school, signed
):
    page = f"/library/{signed.slug}/"
    portal.force_login(school.dan)
    changes = SearchChange.objects.filter(resource_id=signed.pk).count()
    portal.post(reverse("library:withdraw", args=[signed.pk]))
    assert SearchChange.objects.filter(resource_id=signed.pk).count() == changes + 1
    assert portal.get(page).status_code == 200
    assert "dépubliée" in portal.get("/library/mine/").content.decode()
    portal.force_login(school.charlie)
    assert portal.get(page).status_code == 404
    portal.force_login(school.alice)
    portal.post(reverse("library:restore", args=[signed.pk]))
    portal.force_login(school.charlie)
    assert portal.get(page).status_code == 200


def test_what_a_moderator_withdrew_is_not_put_back_by_its_authors(portal, school, signed):
    now = timezone.now()
    Resource.objects.filter(pk=signed.pk).update(withdrawn_at=now, moderated_at=now)
    portal.force_login(school.alice)
    assert portal.post(reverse("library:restore", args=[signed.pk])).status_code == 403
    signed.refresh_from_db()
    assert signed.withdrawn_at == now


def test_description_changes_without_an_edition(portal, school, signed):
    portal.force_login(school.dan)
    url = reverse("library:edit", args=[signed.pk])
    sent = typed(
        title="Trier des cartes", visibility="establishment", levels=["seconde", "premiere"]
    )
    assert portal.post(url, sent).status_code == 302
    signed.refresh_from_db()
    assert (signed.title, signed.visibility, signed.levels) == (
        "Trier des cartes", "establishment", ["seconde", "premiere"],
    )  # fmt: skip
    assert (signed.establishment, signed.owner) == (school.organisation, school.alice)
    assert signed.editions.count() == 1
    assert portal.post(url, typed(abstract="court")).status_code == 422


def test_co_author_is_asked_and_named_only_once_she_accepts(portal, school):
    eve = make_user("eve", "teacher", school.organisation)
    resource = publish(portal, school.alice, make_project(school.alice), co_authors="Eve Test")
    assert list(resource.co_authors.all()) == []
    assert News.objects.filter(user=eve, kind="co_author_asked").exists()
    invitation = Invitation.objects.get()
    answer = reverse("library:answer_invitation", args=[invitation.pk])
    portal.force_login(school.charlie)
    assert portal.post(answer, {"answer": "accept"}).status_code == 404
    portal.force_login(eve)
    assert "Alice Test" in portal.get("/library/mine/").content.decode()
    portal.post(answer, {"answer": "accept"})
    resource.refresh_from_db()
    assert list(resource.co_authors.all()) == [eve]
    assert resource.authors == ["Alice Test", "Eve Test"]


def test_invitation_to_what_nobody_else_reads_yet_reaches_who_is_asked(portal, school):
    eve = make_user("eve", "teacher", school.organisation)
    resource = publish(
        portal, school.alice, make_project(school.alice), co_authors="Eve Test", visibility="me"
    )
    [told] = get_news(eve)
    assert told.url == "/library/mine/"
    portal.force_login(eve)
    assert "Alice Test" in portal.get(told.url).content.decode()
    assert portal.get(f"/library/{resource.pk}/").status_code == 404
    Invitation.objects.all().delete()
    assert get_news(eve) == []


@pytest.mark.parametrize("name", ["charlie", "bob", "Personne"])
def test_only_colleagues_are_asked(portal, school, name):
    project = make_project(school.alice)
    portal.force_login(school.alice)
    url = reverse("library:publish", args=[project.pk])
    answer = portal.post(url, typed(action="publish", co_authors=name))
    assert "co_authors" in answer.context["form"].errors


def test_owner_hands_a_resource_over_to_a_co_author(portal, school, signed):
    portal.force_login(school.alice)
    url = reverse("library:change_authors", args=[signed.pk])
    assert portal.post(url, {"hand_over": str(school.charlie.pk)}).status_code == 422
    assert portal.post(url, {"hand_over": "x"}).status_code == 404
    portal.post(url, {"hand_over": str(school.dan.pk)})
    signed.refresh_from_db()
    assert (signed.owner, list(signed.co_authors.all())) == (school.dan, [school.alice])
    assert portal.post(url, {"remove": str(school.dan.pk)}).status_code == 403


def test_co_author_publishes_the_next_edition_from_a_project_of_her_own(portal, school, signed):
    portal.force_login(school.dan)
    portal.post(reverse("library:make_project", args=[signed.pk]))
    project = school.dan.owned_projects.get()
    assert publish(portal, school.dan, project).pk == signed.pk
    assert signed.editions.count() == 1  # the files are those of the last one
    signed.refresh_from_db()
    assert signed.owner == school.alice


def edit(portal, user, resource, **changes):
    portal.force_login(user)
    return portal.post(reverse("library:edit", args=[resource.pk]), typed(**changes))


def test_more_readers_get_nothing_that_could_not_be_published_to_them(portal, school):
    personal = TEXT + "\n\nÉcrire à marie.durand@orange.fr."
    resource = publish(portal, school.alice, make_project(school.alice, personal), visibility="me")
    Resource.objects.filter(pk=resource.pk).update(execution="failed")
    assert edit(portal, school.alice, resource, visibility="me").status_code == 302
    refused = edit(portal, school.alice, resource, visibility="everyone")
    assert refused.status_code == 422
    assert {one.code for one in refused.context["findings"]} >= {"fails", "email"}
    Resource.objects.filter(pk=resource.pk).update(execution="passed")
    asked = edit(portal, school.alice, resource, visibility="everyone")
    assert 'name="confirmed"' in asked.content.decode()
    resource.refresh_from_db()
    assert resource.visibility == "me"
    confirmed = asked.context["publication"].confirmation
    changes = {"visibility": "everyone", "confirmed": confirmed}
    assert edit(portal, school.alice, resource, **changes).status_code == 302
    resource.refresh_from_db()
    assert resource.visibility == "everyone"
    assert edit(portal, school.alice, resource, visibility="teachers").status_code == 302


def test_an_edition_that_was_not_run_yet_waits_for_it_before_more_people_read_it(portal, school):
    resource = publish(portal, school.alice, make_project(school.alice), visibility="me")
    Resource.objects.filter(pk=resource.pk).update(execution="")
    assert edit(portal, school.alice, resource, visibility="teachers").status_code == 422
    resource.version.created_at -= timedelta(minutes=3)
    resource.version.save()
    assert edit(portal, school.alice, resource, visibility="teachers").status_code == 302


def test_authors_who_may_not_write_in_its_project_make_one_of_their_own(portal, school, signed):
    source = reverse("library:publish", args=[signed.source_id])
    own = reverse("library:make_project", args=[signed.pk])
    for page in ("/library/mine/", f"/library/{signed.slug}/"):
        portal.force_login(school.alice)
        assert source in portal.get(page).content.decode()
        portal.force_login(school.dan)
        html = portal.get(page).content.decode()
        assert (own in html, source in html) == (True, False)
