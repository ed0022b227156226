"""Reports reach a moderator, who decides; nobody floods, nobody decides about themselves, the log stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from candyce.accounts.models import AuditEntry, Role
from candyce.lib.errors import Conflict, Forbidden, TooMany
from candyce.library import access
from candyce.library.models import News, Report, Resource, Review, SearchChange
from candyce.library.peers import access as peers
from candyce.library.peers import actions, moderation
from candyce.library.publishing import actions as publishing

from .conftest import EVERYBODY, make_resource, make_tree

DECISION = "Lu : la cellule 2 était fausse."


def report(library, who="pupil", *, resource=None, review=None, reason="error", text="Faux."):
    return moderation.do_report(
        resource or library.resource,
        reason=reason,
        text=text,
        review=review,
        acting_user=library.people[who],
    )


def decide(library, reports, outcome="kept", who="administrator"):
    return moderation.do_decide(
        library.resource,
        [one.pk for one in reports],
        outcome=outcome,
        decision=DECISION,
        acting_user=library.people[who],
    )


def put_back(library, resource):
    user = library.people["administrator"]
    moderation.do_put_back(resource, None, decision=DECISION, acting_user=user)


def moderators(library, resource):
    """Those who find it in their queue, by name; the other way round must say the same."""
    found = {
        who
        for who, user in library.people.items()
        if Resource.objects.filter(peers.moderated_by(user), pk=resource.pk).exists()
    }
    listed = set(peers.get_moderators(resource).values_list("username", flat=True))
    assert listed == {library.people[who].username for who in found}
    return found


def test_the_queue_is_of_those_who_administer_the_author_s_school_and_what_is_above(library):
    assert moderators(library, library.resource) == {"administrator", "rector"}
    other = make_resource("autre", library.people["colleague"], make_tree("# A"))
    assert moderators(library, other) == {"stranger"}


def test_what_ships_is_for_the_top_of_the_installation(library, school):
    shipped = make_resource("livre", None, make_tree("# L"))
    assert moderators(library, shipped) == {"rector"}  # an academy comes before a school
    Role.objects.filter(user=library.people["rector"]).delete()
    assert moderators(library, shipped) == {"administrator", "stranger"}
    Role.objects.filter(user=library.people["stranger"]).delete()
    assert moderators(library, shipped) == {"administrator"}  # one school: its administrator


def test_case_opens_for_its_moderators_alone_once_something_is_reported(library, ask):
    assert ask("administrator", "get", "/library/moderation/essai/").status_code == 404
    first = report(library)
    statuses = [ask(who, "get", "/library/moderation/essai/").status_code for who in EVERYBODY]
    assert statuses == [302, 404, 404, 404, 404, 404, 200, 200, 404]
    sent = {"outcome": "kept", "decision": DECISION, "reports": str(first.pk)}
    for who in ("pupil", "author", "inspector", "stranger"):
        assert ask(who, "post", "/library/moderation/essai/", sent).status_code == 404
        path = "/library/moderation/essai/put-back/"
        assert ask(who, "post", path, {"decision": "x"}).status_code == 404
    for number in ("²", "9" * 5000, "9" * 19):
        hostile = {"decision": DECISION, "review": number, "reports": number, "outcome": "kept"}
        assert ask("rector", "post", path, hostile).status_code == 404
        ask("rector", "post", "/library/moderation/essai/", hostile)
        assert Report.objects.get().status == "open"
    sent["reports"] = f"²,{first.pk}"
    assert ask("rector", "post", "/library/moderation/essai/", sent).status_code == 302
    assert Report.objects.get().status == "kept"


def test_a_pupil_reports_a_mistake_and_reads_what_was_decided(library, ask):
    sent = {"reason": "error", "text": "La cellule <b>2</b> est fausse."}
    assert ask("pupil", "post", "/library/essai/report/", sent).status_code == 302
    again = ask("pupil", "post", "/library/essai/report/", sent)
    assert (again.status_code, Report.objects.count()) == (409, 1)
    page = ask("administrator", "get", "/library/moderation/").content.decode()
    assert "Les élèves comptent" in page
    case = ask("administrator", "get", "/library/moderation/essai/").content.decode()
    assert "&lt;b&gt;2&lt;/b&gt;" in case
    decide(library, [Report.objects.get()], "changed")
    assert DECISION in ask("pupil", "get", "/library/essai/report/").content.decode()
    told = News.objects.filter(data={"decision": DECISION})
    kinds = {(news.user.username, news.kind) for news in told}
    assert kinds == {
        ("bob", "report_handled"), ("alice", "report_decided"), ("diane", "report_decided"),
    }  # fmt: skip
    assert "Bob" not in str([news.data for news in told])


def test_a_flood_of_reports_is_stopped(library):
    for number in range(moderation.AN_HOUR):
        one = make_resource(f"r{number}", library.people["author"], make_tree("# A"))
        report(library, resource=one)
    with pytest.raises(TooMany):
        report(library)
    report(library, "colleague")  # others are not held up
    Report.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    report(library)


def test_queue_stands_with_the_longest_waiting_first_and_once_a_resource(library):
    other = make_resource("autre", library.people["author"], make_tree("# A"))
    report(library, resource=other)
    report(library)
    report(library, "colleague")
    report(library, "colleague", resource=make_resource("x", library.people["colleague"]))
    Report.objects.filter(resource="essai", user=library.people["pupil"]).update(
        created_at=timezone.now() - timedelta(days=3)
    )
    queue = moderation.get_queue(library.people["administrator"])
    assert [(one.resource.pk, one.count) for one in queue] == [("essai", 2), ("autre", 1)]
    assert moderation.count_waiting(library.people["administrator"]) == 2
    assert moderation.count_waiting(library.people["stranger"]) == 1
    assert moderation.get_queue(library.people["author"]) == []


def test_withdrawn_resource_leaves_the_library_and_its_author_cannot_put_it_back(library, ask):
    one = report(library)
    changes = SearchChange.objects.count()
    decide(library, [one], "withdrawn")
    resource = Resource.objects.get()
    assert SearchChange.objects.count() == changes + 1
    assert not access.visible_to(library.people["colleague"]).exists()
    assert ask("pupil", "get", "/library/essai/report/").status_code == 200
    assert ask("colleague", "get", "/library/essai/report/").status_code == 404
    author = library.people["author"]
    again = make_resource("essai", author, make_tree("# Corrigé"), withdrawn_at=None)
    assert again.withdrawn_at == resource.withdrawn_at
    with pytest.raises(IntegrityError), transaction.atomic():
        Resource.objects.update(withdrawn_at=None)
    sent = {"decision": "C'est corrigé."}
    assert ask("rector", "post", "/library/moderation/essai/put-back/", sent).status_code == 302
    resource.refresh_from_db()
    assert (resource.withdrawn_at, resource.moderated_at) == (None, None)
    kinds = set(News.objects.filter(user=author).values_list("kind", flat=True))
    assert kinds == {"put_back"}


def test_what_a_moderator_had_withdrawn_is_not_read_in_older_editions(library, ask, by_id):
    author = library.people["author"]
    make_resource("essai", author, make_tree("# Prénoms des élèves"))
    decide(library, [report(library)], "withdrawn")
    resource = make_resource("essai", author, make_tree("# Corrigé"), withdrawn_at=None)
    put_back(library, resource)
    make_resource("essai", author, make_tree("# Mieux"))
    for numbers, status in (("from=1&to=3", 404), ("from=2&to=3", 404), ("from=3&to=4", 200)):
        page = ask("colleague", "get", f"/library/essai/history/?{numbers}")
        assert page.status_code == status, numbers
        assert ask("author", "get", f"/library/essai/history/?{numbers}").status_code == 200


def test_what_is_put_back_as_it_stands_keeps_its_older_editions_hidden(library):
    author = library.people["author"]
    make_resource("essai", author, make_tree("# Deux"))
    decide(library, [report(library)], "withdrawn")
    resource = Resource.objects.get()
    put_back(library, resource)
    hidden = resource.editions.exclude(hidden_at=None)
    assert list(hidden.values_list("number", flat=True)) == [1]


@pytest.mark.parametrize("published_again", [False, True])
def test_putting_back_leaves_unpublished_what_its_author_had_unpublished(library, published_again):
    author = library.people["author"]
    resource = publishing.withdraw(library.resource, acting_user=author)
    unpublished_at = resource.withdrawn_at
    decide(library, [report(library)], "withdrawn")
    decide(library, [report(library)], "withdrawn")  # another report of it
    if published_again:
        make_resource("essai", author, make_tree("# Corrigé"), withdrawn_at=None)
    resource = Resource.objects.get()
    put_back(library, resource)
    resource.refresh_from_db()
    assert resource.moderated_at is None
    assert resource.withdrawn_at == (None if published_again else unpublished_at)
    kinds = set(News.objects.filter(user=author).values_list("kind", flat=True))
    assert kinds == {"put_back" if published_again else "report_decided"}


def test_hidden_review_counts_no_more_and_stays_hidden_whatever_its_writer_does(library, ask):
    review = actions.do_review(
        library.resource,
        marks={"works": 1},
        comment="Insulte.",
        acting_user=library.people["colleague"],
    )
    decide(library, [report(library, review=review, reason="harmful")], "withdrawn")
    resource = Resource.objects.get()
    assert (resource.rating_count, resource.withdrawn_at) == (0, None)
    assert "Insulte." not in ask("pupil", "get", "/library/essai/").content.decode()
    assert "Insulte." in ask("colleague", "get", "/library/essai/").content.decode()
    ask("colleague", "post", "/library/essai/reviews/mine/delete/")
    ask("colleague", "post", "/library/essai/reviews/mine/", {"comment": "Autre insulte."})
    assert "Autre insulte." not in ask("inspector", "get", "/library/essai/").content.decode()
    assert Review.objects.get().hidden_at
    sent = {"decision": "Relu.", "review": str(review.pk)}
    ask("administrator", "post", "/library/moderation/essai/put-back/", sent)
    assert "Autre insulte." in ask("inspector", "get", "/library/essai/").content.decode()


def test_report_on_a_deleted_opinion_never_falls_on_the_resource(library):
    review = actions.do_review(
        library.resource, marks={}, comment="Bof.", acting_user=library.people["colleague"]
    )
    one = report(library, review=review)
    library.people["colleague"].delete()  # the account, and the review with it
    one.refresh_from_db()
    assert (one.review, one.about_review) == (None, True)
    decide(library, [one], "withdrawn")
    assert Resource.objects.get().withdrawn_at is None


def test_nobody_decides_about_what_they_wrote_while_another_can(library):
    Role.objects.create(
        user=library.people["author"],
        organisation=library.people["administrator"].roles.get().organisation,
        name=Role.Name.ADMINISTRATOR,
    )
    one = report(library)
    with pytest.raises(Forbidden):
        decide(library, [one], who="author")
    Role.objects.filter(user__username__in=("admin", "rector")).delete()
    decide(library, [one], who="author")  # the one administrator of one school


def test_a_second_moderator_does_not_overwrite_and_what_came_meanwhile_stays_open(library):
    first = report(library)
    late = report(library, "colleague", text="Autre chose.")
    decide(library, [first], "kept")
    with pytest.raises(Conflict):
        decide(library, [first], "withdrawn", who="rector")
    first.refresh_from_db()
    late.refresh_from_db()
    assert (first.status, first.handled_by.username, late.status) == ("kept", "admin", "open")
    assert Resource.objects.get().withdrawn_at is None


def test_log_says_who_reported_and_decided_in_order(library, ask):
    one = report(library)
    decide(library, [one], "withdrawn")
    sent = {"decision": "Corrigé."}
    ask("rector", "post", "/library/moderation/essai/put-back/", sent)
    log = moderation.get_log(library.resource)
    assert [(entry.actor.username, entry.verb) for entry in log] == [
        ("bob", "report.made"), ("admin", "report.decided"), ("rector", "report.put_back"),
    ]  # fmt: skip
    assert AuditEntry.objects.get(verb="report.decided").data["decision"] == DECISION
    page = ask("administrator", "get", "/library/moderation/?show=handled").content.decode()
    assert "Admin Test" in page
