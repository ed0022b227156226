"""Telling people about resources: rows that stand on their home page until they put them away.

A row keeps what happened; the sentence is made when it is shown, in the reader's language. What a person may no
longer read is not shown to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import User
from candyce.lib.errors import NotFound
from candyce.library.access import readable
from candyce.library.models import News, Resource

SHOWN = 6
KEPT = timedelta(days=180)

# kind: (sentence, name of the page that it leads to, the place on it, whether something is to be done).
# A sentence may name `title` and whatever `do_tell` is given for it.
KINDS: dict[str, tuple[Any, str, str, bool]] = {
    "broken": (
        _("“%(title)s” does not run any more from top to bottom: see where it stops."),
        "library:executions",
        "",
        True,
    ),
    "broken_unowned": (
        _(
            "“%(title)s”, which has no author here, does not run any more from top to bottom: its moderators are told."
        ),
        "library:executions",
        "",
        True,
    ),
    "works_again": (
        _("“%(title)s” runs again from top to bottom."),
        "library:executions",
        "",
        False,
    ),
    "adapted": (_("%(who)s adapted “%(title)s”."), "library:detail", "", False),
    "adaptation_published": (
        _("%(who)s published an adaptation of “%(title)s”."),
        "library:adaptations",
        "",
        False,
    ),
    "merged": (
        _("Changes of your adaptation “%(title)s” were taken over into the original."),
        "library:detail",
        "",
        False,
    ),
    "original_changed": (
        _("“%(title)s”, which you adapted, has a new version."),
        "library:detail",
        "",
        False,
    ),
    "co_author": (_("%(who)s made you a co-author of “%(title)s”."), "library:detail", "", False),
    "co_author_asked": (
        _("%(who)s asks you to be co-author of “%(title)s”: accept or decline."),
        "library:mine",
        "",
        True,
    ),
    "co_author_joined": (
        _("%(who)s is now co-author of “%(title)s”."),
        "library:detail",
        "",
        False,
    ),
    "reviewed": (_("%(who)s gave an opinion on “%(title)s”."), "library:detail", "reviews", False),
    "answered": (
        _("The author answered your opinion on “%(title)s”."),
        "library:detail",
        "reviews",
        False,
    ),
    "endorsed": (
        _("“%(title)s” is now recommended: %(label)s."),
        "library:detail",
        "endorsements",
        False,
    ),
    "report_opened": (
        _("A moderator looks at a report on “%(title)s”."),
        "library:detail",
        "",
        True,
    ),
    "report_handled": (
        _("Your report on “%(title)s” was handled: %(decision)s"),
        "library:report",
        "",
        False,
    ),
    "withdrawn": (
        _("“%(title)s” was withdrawn from the library by a moderator: %(decision)s"),
        "library:detail",
        "",
        True,
    ),
    "put_back": (
        _("“%(title)s” is back in the library: %(decision)s"),
        "library:detail",
        "",
        False,
    ),
    "report_decided": (
        _("A report on “%(title)s” was handled: %(decision)s"),
        "library:detail",
        "",
        False,
    ),
    "review_hidden": (
        _("Your opinion on “%(title)s” was hidden by a moderator: %(decision)s"),
        "library:detail",
        "reviews",
        True,
    ),
    "review_kept": (
        _("A report on your opinion on “%(title)s” was handled: %(decision)s"),
        "library:detail",
        "reviews",
        False,
    ),
}
# Who reported a resource is told what became of it, though it may be withdrawn now.
WHATEVER_BECAME = ("report_handled",)


@dataclass(frozen=True)
class Told:
    """A row ready to be shown."""

    pk: int
    text: str
    url: str
    at: datetime
    urgent: bool


def do_tell(user: User, kind: str, resource: Resource, **data: Any) -> News:
    """Tell a person; the same news that they have not put away yet is renewed instead of doubled.

    ``data``: plain values that the sentence of the kind (:data:`KINDS`) names. Raises :class:`KeyError` for a kind
    that nobody could show.
    """
    _text, _page, _place, _urgent = KINDS[kind]
    same = News.objects.filter(
        user=user, kind=kind, resource=resource, data=data, dismissed_at=None
    ).first()
    if same is None:
        return News.objects.create(user=user, kind=kind, resource=resource, data=data)
    same.created_at = timezone.now()
    same.save(update_fields=["created_at"])
    return same


def do_tell_authors(
    resource: Resource, kind: str, *, but: User | None = None, **data: Any
) -> list[News]:
    """Tell everyone who may change the resource; ``but``: not the person who did it."""
    authors = User.objects.filter(
        Q(owned_resources=resource) | Q(co_authored_resources=resource), is_active=True
    ).distinct()
    return [do_tell(user, kind, resource, **data) for user in authors if user != but]


def do_forget(resource: Resource, kind: str) -> None:
    """What is no longer true is no longer told."""
    News.objects.filter(resource=resource, kind=kind, dismissed_at=None).delete()


def get_news(user: User, *, limit: int = SHOWN) -> list[Told]:
    """What a person is told, the newest first."""
    rows = (
        News.objects.filter(
            user=user,
            dismissed_at=None,
            kind__in=KINDS,
        )
        .select_related("resource")
        .defer("resource__search_text")
    )
    invited = Q(kind="co_author_asked", resource__invitations__user=user)
    rows = rows.filter(
        Q(resource__in=Resource.objects.filter(readable(user)))
        | Q(kind__in=WHATEVER_BECAME)
        | Q(pk__in=News.objects.filter(invited).values("pk"))  # while the invitation stands
    )
    return list(_show(rows[:limit]))


def _show(rows: Iterable[News]) -> Iterable[Told]:
    for row in rows:
        sentence, page, place, urgent = KINDS[row.kind]
        words = {"who": "", "label": "", "decision": "", **row.data, "title": row.resource.title}
        url = _get_url(page, row.resource_id)
        yield Told(
            row.pk, sentence % words, f"{url}#{place}" if place else url, row.created_at, urgent
        )


def _get_url(page: str, slug: str) -> str:
    if (
        page == "library:mine"
    ):  # where an invitation is answered, to a resource that one may not read yet
        return reverse(page)
    try:
        return reverse(page, args=[slug])
    except NoReverseMatch:
        return reverse("library:detail", args=[slug])


def dismiss(pk: int, *, acting_user: User) -> None:
    """Put one's own news away; raises :class:`NotFound`."""
    found = News.objects.filter(pk=pk, user=acting_user)
    if not found.update(dismissed_at=timezone.now()):
        raise NotFound


def do_purge_news(now: datetime | None = None) -> int:
    """Forget what is old; gives how many rows."""
    return News.objects.filter(created_at__lt=(now or timezone.now()) - KEPT).delete()[0]
