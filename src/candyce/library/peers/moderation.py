"""Reports and what moderators decide: a queue, and a log that no page and no verb changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import AuditEntry, User
from candyce.lib.errors import BadRequest, Conflict, Forbidden, TooMany
from candyce.library.editions import do_hide_editions, do_note_change
from candyce.library.models import Report, Resource, Review
from candyce.library.news import do_forget, do_tell, do_tell_authors
from candyce.library.opinions import do_summarise
from candyce.library.peers import access as peers

AN_HOUR, A_DAY = 5, 15  # reports of one person
DECIDED = "report.decided"
PUT_BACK = "report.put_back"


@dataclass(frozen=True)
class Waiting:
    """A resource in the queue: how many open reports, since when."""

    resource: Resource
    count: int
    since: datetime


@dataclass(frozen=True)
class Matter:
    """One thing that was reported: the resource itself, or one review (None and ``gone`` once it is deleted)."""

    review: Review | None
    gone: bool
    open: list[Report]
    handled: list[Report]
    concerned: bool

    @property
    def numbers(self) -> str:
        return ",".join(str(report.pk) for report in self.open)

    @property
    def hidden(self) -> bool:
        return bool(self.review and self.review.hidden_at)


# -- telling -----------------------------------------------------------------------------------


@transaction.atomic
def do_report(
    resource: Resource, *, reason: str, text: str, acting_user: User, review: Review | None = None
) -> Report:
    """Tell the moderators; raises :class:`Conflict` the second time, :class:`TooMany` for a flood."""
    User.objects.select_for_update().get(pk=acting_user.pk)  # one report of a person at a time
    mine = Report.objects.filter(user=acting_user)
    same = mine.filter(resource=resource, review=review, about_review=review is not None)
    if same.filter(status=Report.Status.OPEN).exists():
        raise Conflict(_("You reported this already: a moderator will read it."))
    now = timezone.now()
    lately = mine.filter(created_at__gt=now - timedelta(hours=1)).count()
    today = mine.filter(created_at__gt=now - timedelta(days=1)).count()
    if lately >= AN_HOUR or today >= A_DAY:
        raise TooMany(_("You sent many reports: wait a while before you send another."))
    report = Report.objects.create(
        resource=resource,
        review=review,
        about_review=review is not None,
        user=acting_user,
        reason=reason,
        text=text,
    )
    about = {"review": review.pk, "comment": review.comment[:1000]} if review else {}
    do_audit(
        "report.made", report, acting_user=acting_user, resource=resource.pk, reason=reason, **about
    )
    return report


def get_own_reports(user: User, slug: str) -> QuerySet[Report]:
    """What the person reported of a resource, with what became of it, the latest first."""
    return Report.objects.filter(user=user, resource=slug).order_by("-created_at")


# -- the queue ---------------------------------------------------------------------------------


def get_queue(user: User) -> list[Waiting]:
    """Resources with open reports that are for this moderator, the longest waiting first."""
    mine = Resource.objects.filter(peers.moderated_by(user))
    rows = (
        Report.objects.filter(status=Report.Status.OPEN, resource__in=mine.values("pk"))
        .order_by()
        .values("resource")
        .annotate(count=Count("pk"), since=Min("created_at"))
        .order_by("since")
    )
    found = Resource.objects.in_bulk([row["resource"] for row in rows])
    return [Waiting(found[row["resource"]], row["count"], row["since"]) for row in rows]


def count_waiting(user: User) -> int:
    """Resources in the person's queue."""
    mine = Resource.objects.filter(peers.moderated_by(user), reports__status=Report.Status.OPEN)
    return mine.distinct().count()


def get_handled(user: User) -> QuerySet[Report]:
    """The log of decisions within the moderator's reach, the latest first."""
    mine = Resource.objects.filter(peers.moderated_by(user)).values("pk")
    found = Report.objects.filter(resource__in=mine).exclude(status=Report.Status.OPEN)
    return found.select_related("resource", "handled_by", "review").order_by("-handled_at", "-pk")


def get_matters(user: User, resource: Resource) -> list[Matter]:
    """All that was reported of a resource, by thing: those with open reports first, the oldest first."""
    rows = resource.reports.select_related("user", "handled_by", "review__user").order_by(
        "created_at"
    )
    groups: dict[tuple[bool, int | None], list[Report]] = {}
    for row in rows:
        groups.setdefault((row.about_review, row.review_id), []).append(row)
    matters = []
    for (about_review, _pk), reports in groups.items():
        review = reports[0].review
        matters.append(
            Matter(
                review=review,
                gone=about_review and review is None,
                open=[one for one in reports if one.status == Report.Status.OPEN],
                handled=[one for one in reports if one.status != Report.Status.OPEN],
                concerned=peers.is_concerned(user, resource, review),
            )
        )
    return sorted(matters, key=lambda matter: not matter.open)


def get_log(resource: Resource) -> QuerySet[AuditEntry]:
    """Who reported and decided what, from the beginning: read from the audit, which nothing changes."""
    numbers = [str(pk) for pk in resource.reports.values_list("pk", flat=True)]
    reports = Q(object_type="library.report", object_id__in=numbers)
    found = reports | Q(verb=PUT_BACK, object_type="library.resource", object_id=resource.pk)
    return AuditEntry.objects.filter(found).select_related("actor").order_by("at", "pk")


# -- deciding ----------------------------------------------------------------------------------


@transaction.atomic
def do_decide(
    resource: Resource,
    numbers: Sequence[int],
    *,
    outcome: str,
    decision: str,
    acting_user: User,
) -> list[Report]:
    """Handle open reports of one thing, those that stood on the moderator's page.

    ``outcome`` is a status of :class:`Report` but open. Raises :class:`Conflict` when somebody else was faster,
    :class:`Forbidden` about what one wrote oneself, :class:`BadRequest` for reports of several things.
    """
    Resource.objects.select_for_update().get(pk=resource.pk)
    resource.refresh_from_db(fields=["withdrawn_at", "moderated_at"])
    found = resource.reports.filter(pk__in=numbers, status=Report.Status.OPEN)
    reports = list(found.select_related("user", "review__user", "review__resource"))
    if not reports:
        raise Conflict(_("These reports were handled meanwhile: read what was decided."))
    review = reports[0].review
    if len({(report.about_review, report.review_id) for report in reports}) > 1:
        raise BadRequest
    if peers.is_concerned(acting_user, resource, review):
        raise Forbidden(_("You wrote it: another moderator decides."))
    now = timezone.now()
    for report in reports:
        report.status, report.decision = outcome, decision
        report.handled_by, report.handled_at = acting_user, now
        report.save(update_fields=["status", "decision", "handled_by", "handled_at"])
        do_audit(
            DECIDED,
            report,
            acting_user=acting_user,
            resource=resource.pk,
            outcome=outcome,
            decision=decision,
        )
    if outcome == Report.Status.WITHDRAWN:
        _do_take_away(resource, review, about_review=reports[0].about_review)
    _do_tell(resource, reports, outcome, decision, acting_user)
    return reports


def _do_take_away(resource: Resource, review: Review | None, *, about_review: bool) -> None:
    now = timezone.now()
    if review:
        Review.objects.filter(pk=review.pk).update(hidden_at=now)
        do_summarise(resource)
    elif not about_review:  # a review that is gone took nothing with it
        resource.withdrawn_at = resource.withdrawn_at or now
        resource.moderated_at = resource.moderated_at or now
        resource.save(update_fields=["withdrawn_at", "moderated_at"])
    do_note_change(resource)


def _do_tell(
    resource: Resource, reports: list[Report], outcome: str, decision: str, acting_user: User
) -> None:
    """The decision's words to those who reported and to who wrote it; never who reported."""
    for user in {report.user for report in reports}:
        if user and user.is_active:
            do_tell(user, "report_handled", resource, decision=decision)
    review, withdrawn = reports[0].review, outcome == Report.Status.WITHDRAWN
    if review:
        kind = "review_hidden" if withdrawn else "review_kept"
        do_tell(review.user, kind, resource, decision=decision)
    elif not reports[0].about_review:
        kind = "withdrawn" if withdrawn else "report_decided"
        do_tell_authors(resource, kind, but=acting_user, decision=decision)


@transaction.atomic
def do_put_back(
    resource: Resource, review: Review | None, *, decision: str, acting_user: User
) -> None:
    """Undo a withdrawal: the resource is published again as it stands, or the review is shown again."""
    Resource.objects.select_for_update().get(pk=resource.pk)
    resource.refresh_from_db(fields=["withdrawn_at", "moderated_at"])
    if peers.is_concerned(acting_user, resource, review):
        raise Forbidden(_("You wrote it: another moderator decides."))
    if review:
        review.hidden_at = None
        review.save(update_fields=["hidden_at"])
        do_summarise(resource)
        do_tell(review.user, "review_kept", resource, decision=decision)
    else:
        if not resource.moderated_at:
            raise Conflict
        _do_let_back(resource, decision, acting_user)
    do_audit(
        PUT_BACK,
        resource,
        acting_user=acting_user,
        review=review.pk if review else None,
        decision=decision,
    )
    do_note_change(resource)


def _do_let_back(resource: Resource, decision: str, acting_user: User) -> None:
    """Undo the moderator's part: what its author had unpublished before stays so.

    What older editions held stays hidden: nobody looked at them.
    """
    assert resource.withdrawn_at
    assert resource.moderated_at
    published = resource.withdrawn_at >= resource.moderated_at
    if published:
        resource.withdrawn_at = None
    resource.moderated_at = None
    resource.save(update_fields=["withdrawn_at", "moderated_at"])
    do_hide_editions(resource, but=resource.editions.first())
    do_forget(resource, "withdrawn")
    kind = "put_back" if published else "report_decided"
    do_tell_authors(resource, kind, but=acting_user, decision=decision)
