"""What was begun earlier, or by another author, undoes nothing that was done since."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.conftest import make_user
from candyce.lib.errors import NotFound
from candyce.library.licences import RESERVED
from candyce.library.models import Draft, Invitation, Resource
from candyce.library.origin import is_written_by
from candyce.library.peers.provenance import get_origin
from candyce.library.publishing import actions, authors
from candyce.library.publishing.forms import DescribeForm
from candyce.library.publishing.merging.actions import get_verdict
from candyce.library.publishing.tests.publications import (
    give_notebook,
    make_project,
    publish,
    settle,
    typed,
)
from candyce.projects.models import Project


@pytest.fixture
def dan(school):
    return make_user("dan", "teacher", school.organisation)


@pytest.fixture
def own(portal, school):
    return publish(portal, school.alice, make_project(school.alice))


def begin(portal, user, project, **changes):
    """Type something and leave."""
    portal.force_login(user)
    portal.post(reverse("library:publish", args=[project.pk]), typed(action="save", **changes))


def get_form(portal, user, project):
    portal.force_login(user)
    return portal.get(reverse("library:publish", args=[project.pk])).context["form"]


def test_stale_draft_brings_no_older_description_back(portal, school, own):
    begin(portal, school.alice, own.source, keywords="en cours")
    actions.describe(own, {"title": "Un titre plus récent"}, acting_user=school.alice)
    form = get_form(portal, school.alice, own.source)
    assert (form["title"].value(), form["keywords"].value()) == ("Un titre plus récent", "en cours")


def test_stale_draft_takes_nobody_out_who_joined_since(portal, school, dan, own):
    begin(portal, school.alice, own.source)
    invitation = Invitation.objects.create(resource=own, user=dan, invited_by=school.alice)
    authors.accept(invitation, acting_user=dan)
    form = get_form(portal, school.alice, own.source)
    assert form["authors"].value() == "Alice Test\nDan Test"
    assert form["co_authors"].value() == "dan"
    give_notebook(own.source, "# Autre")
    publish(portal, school.alice, own.source, co_authors="")  # a form opened before Dan joined
    assert list(own.co_authors.all()) == [dan]


def test_invitation_that_was_withdrawn_meanwhile_makes_nobody_co_author(school, dan, own):
    Invitation.objects.create(resource=own, user=dan, invited_by=school.alice)
    opened = Invitation.objects.get()
    authors.remove(own, dan, acting_user=school.alice)
    with pytest.raises(NotFound):
        authors.accept(opened, acting_user=dan)
    assert not own.co_authors.exists()


def test_removed_co_author_is_not_asked_again_by_a_stale_draft(portal, school, dan, own):
    own.co_authors.add(dan)
    begin(portal, school.alice, own.source, co_authors="dan")
    authors.remove(own, dan, acting_user=school.alice)
    assert not get_form(portal, school.alice, own.source)["co_authors"].value()


def test_draft_of_somebody_else_s_adaptation_is_left_alone(portal, school, own):
    portal.force_login(school.charlie)
    portal.post(reverse("library:adapt", args=[own.pk]))
    project = Project.objects.get(owner=school.charlie)
    begin(portal, school.charlie, project, title="Mon adaptation")
    actions.describe(own, {"title": "Un titre plus récent"}, acting_user=school.alice)
    assert Draft.objects.get(project=project).values["title"] == "Mon adaptation"


def test_changes_that_another_author_merged_are_credited_once(portal, school, dan, own):
    credit = {"slug": "x", "title": "Autre", "names": ["Charlie Test"]}
    theirs = Draft.objects.create(project=own.source, user=dan, credits=[credit])
    give_notebook(own.source, "# Avec les changements de Charlie")
    assert "Charlie Test" in get_form(portal, school.alice, own.source)["authors"].value()
    assert publish(portal, school.alice, own.source).authors == ["Alice Test", "Charlie Test"]
    theirs.refresh_from_db()
    assert theirs.credits == []


@pytest.mark.parametrize("asked", [False, True])
def test_co_author_who_left_keeps_no_form_from_being_sent(school, portal, dan, own, asked):
    if asked:
        Invitation.objects.create(resource=own, user=dan, invited_by=school.alice)
    else:
        own.co_authors.add(dan)
    dan.roles.all().delete()
    dan.is_active = False
    dan.save()
    portal.force_login(school.alice)
    url = reverse("library:edit", args=[own.pk])
    assert portal.post(url, typed(co_authors="dan")).status_code == 302
    assert own.co_authors.count() + own.invitations.count() == 1


def test_publishing_what_was_unpublished_puts_it_back_unless_a_moderator_did_it(
    portal, school, own
):
    portal.force_login(school.alice)
    portal.post(reverse("library:withdraw", args=[own.pk]))
    assert publish(portal, school.alice, own.source).withdrawn_at is None
    now = timezone.now()
    Resource.objects.filter(pk=own.pk).update(withdrawn_at=now, moderated_at=now)
    assert publish(portal, school.alice, own.source).withdrawn_at == now
    assert "dépubliée" in portal.get("/library/mine/").content.decode()


def test_original_that_one_may_not_read_is_not_shown(portal, school, own):
    portal.force_login(school.charlie)
    portal.post(reverse("library:adapt", args=[own.pk]))
    project = Project.objects.get(owner=school.charlie)
    Resource.objects.filter(pk=own.pk).update(
        visibility="me", title="Titre secret", programme="Un programme secret"
    )
    settle(project)
    page = portal.get(reverse("library:publish", args=[project.pk])).content.decode()
    assert "secret" not in page
    assert reverse("library:detail", args=[own.pk]) not in page


def test_licence_of_what_others_had_a_part_in_binds_its_owner(school, dan, own):
    alice = {school.alice.pk}
    assert is_written_by(own, alice)
    own.authors = ["Alice Test", "Charlie Test"]
    assert not is_written_by(own, alice)
    own.authors, own.licence = ["Alice Test"], RESERVED
    form = DescribeForm(user=school.alice, original=own)
    assert form.get_verdict("CC-BY-4.0").allowed
    own.origin = {"slug": "autre"}
    assert not is_written_by(own, alice)
    assert not form.get_verdict("CC-BY-4.0").allowed
    own.origin = {}
    own.co_authors.add(dan)
    assert not is_written_by(own, alice)
    assert is_written_by(own, alice | {dan.pk})


def test_what_goes_back_is_bound_by_those_alone_who_are_new_to_the_original(school, own):
    adaptation = Resource(
        slug="a", owner=school.alice, adapted_from=own, origin={"slug": own.pk}, licence=RESERVED
    )
    adaptation.authors = ["Alice Test"]
    assert get_verdict(own, adaptation, school.alice).allowed
    adaptation.authors = ["Alice Test", "Charlie Test"]
    assert not get_verdict(own, adaptation, school.alice).allowed
    adaptation.authors, adaptation.adapted_from = ["Alice Test"], None
    adaptation.origin = {"slug": "autre"}
    assert not get_verdict(own, adaptation, school.alice).allowed


def test_page_of_an_adaptation_says_whose_licence_binds_it(school, own):
    Resource.objects.filter(pk=own.pk).update(licence=RESERVED)
    own.refresh_from_db()
    made = Resource(slug="b", owner=school.alice, adapted_from=own, licence="CC-BY-4.0")
    assert get_origin(school.alice, made).verdict.allowed
    Resource.objects.filter(pk=own.pk).update(authors=["Alice Test", "Charlie Test"])
    assert not get_origin(school.alice, made).verdict.allowed
