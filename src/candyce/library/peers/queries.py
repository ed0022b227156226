"""What the page of a resource says of opinions and recommendations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Avg, Case, Count, Q, QuerySet, When
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from candyce.accounts.models import User
from candyce.lib.markdown import render_remark
from candyce.library import access
from candyce.library.access import Visitor
from candyce.library.models import Endorsement, Resource, Review
from candyce.library.opinions import name_endorser, standing_endorsements
from candyce.library.opinions import shown_reviews as counted_reviews
from candyce.library.peers import access as peers
from candyce.library.peers.forms import CRITERIA, MARKS
from candyce.library.peers.provenance import get_provenance, list_editions

SHOWN = 20  # comments on the page itself, and on each page of all of them


@dataclass(frozen=True)
class Rate:
    """The mean of one criterion, 1 to 5 or None, and how many people gave a mark."""

    label: str
    mean: float | None
    count: int


@dataclass
class Opinion:
    """A review as one reader sees it; ``name`` is empty for those who do not work in education."""

    review: Review
    name: str
    edition: int | None
    older: bool
    mine: bool
    comment: SafeString
    answer: SafeString
    answered_by: str
    marks: list[tuple[str, str]] = field(default_factory=list)
    own_answer: bool = False


@dataclass(frozen=True)
class Recommendation:
    """A standing recommendation; ``older`` when a later edition came out since."""

    endorsement: Endorsement
    by: str
    inspector: str
    edition: int | None
    older: bool
    may_withdraw: bool


def get_detail(user: Visitor, resource: Resource) -> dict[str, Any]:
    """The context of this room's parts of the page, under one name."""
    editions, _readable = list_editions(user, resource)
    last = editions[0].number if editions else 1
    rows = list(find_reviews(user, resource)[: SHOWN + 1])
    named = access.is_staff(user)
    opinions = [describe(row, user, last, named=named) for row in rows[:SHOWN]]
    return {
        "peers": {
            **_get_rights(user, resource),
            "rates": get_rates(resource),
            "opinions": opinions,
            "more": len(rows) > SHOWN,
            "mine": next((one for one in opinions if one.mine), None),
            "may_endorse": peers.may_endorse(user, resource),
            "recommendations": get_recommendations(user, resource, last=last),
            "last": last,
            **get_provenance(user, resource, editions),
        }
    }


def get_page(user: User, resource: Resource, number: str | None) -> dict[str, Any]:
    """The context of a page of all opinions; the nearest there is to ``number``, as the address says it."""
    last = resource.editions.values_list("number", flat=True).first() or 1
    named = access.is_staff(user)
    page = Paginator(find_reviews(user, resource), SHOWN).get_page(number)
    return {
        "page": page,
        "peers": {
            **_get_rights(user, resource),
            "rates": get_rates(resource),
            "opinions": [describe(row, user, last, named=named) for row in page],
            "mine": peers.shown_reviews(user, resource).filter(user=user).exists(),
        },
    }


def _get_rights(user: Visitor, resource: Resource) -> dict[str, bool]:
    author = access.is_author(user, resource)
    return {
        "comments_hidden": not peers.may_read_comments(user, resource),
        "may_review": access.is_staff(user) and not author,
        "may_answer": author,
    }


def get_rates(resource: Resource) -> list[Rate]:
    """Each criterion's mean and number of raters, in the order of the form."""
    asked: dict[str, Any] = {}
    for name in Review.CRITERIA:
        asked[f"{name}_mean"], asked[f"{name}_count"] = Avg(name), Count(name)
    found = counted_reviews(resource).aggregate(**asked)
    return [
        Rate(str(CRITERIA[name][0]), found[f"{name}_mean"], found[f"{name}_count"])
        for name in Review.CRITERIA
    ]


def find_reviews(user: Visitor, resource: Resource) -> QuerySet[Review]:
    """The reviews that say something and that the person may read, her own first, then the latest."""
    says = ~Q(comment="")
    for name in Review.CRITERIA:
        says |= Q(**{f"{name}__isnull": False})
    order: list[Any] = ["-updated_at", "-pk"]
    if user.is_authenticated:
        says |= Q(user=user)
        order.insert(0, Case(When(user=user, then=0), default=1))
    found = peers.shown_reviews(user, resource).filter(says).order_by(*order)
    return found.select_related("user", "edition", "answered_by")


def describe(row: Review, user: Visitor, last: int, *, named: bool) -> Opinion:
    """``last``: the number of the resource's last edition. Renders the review's texts."""
    number = row.edition.number if row.edition else None
    words = dict(MARKS)
    given = [(name, getattr(row, name)) for name in Review.CRITERIA]
    mine = row.user_id == user.pk
    return Opinion(
        review=row,
        name=row.user.full_name if named or mine else "",
        edition=number,
        older=number is not None and number < last,
        mine=mine,
        comment=render_remark(row.comment) if row.comment else SafeString(""),
        answer=render_remark(row.answer) if row.answer else SafeString(""),
        answered_by=row.answered_by.full_name if row.answered_by and named else "",
        marks=[(str(CRITERIA[name][0]), str(words[str(mark)])) for name, mark in given if mark],
        own_answer=row.answered_by_id == user.pk,
    )


def get_recommendations(user: Visitor, resource: Resource, *, last: int) -> list[Recommendation]:
    """Those that stand, the latest first."""
    own = set(
        resource.endorsements.filter(peers.own_endorsements(user)).values_list("pk", flat=True)
    )
    return [
        Recommendation(
            endorsement=row,
            by=name_endorser(row) or _("an inspector"),
            inspector=row.user.full_name if row.organisation and row.user else "",
            edition=row.edition.number if row.edition else None,
            older=row.edition is not None and row.edition.number < last,
            may_withdraw=row.pk in own,
        )
        for row in standing_endorsements(resource)
    ]
