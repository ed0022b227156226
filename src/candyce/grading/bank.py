"""A teacher's bank of comments: it grows by itself, with what is written at answers."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from candyce.accounts.models import User
from candyce.grading.models import SavedComment
from candyce.lib.errors import NotFound

SHORTEST = 3  # characters: a shorter comment is quicker typed than found
TEXT_LIMIT = SavedComment._meta.get_field("text").max_length or 0  # noqa: SLF001 - documented
BANK_LIMIT = 1000  # comments of one person; those least and longest unused go first


def get_comments(user: User) -> QuerySet[SavedComment]:
    """The person's own comments, most used first."""
    return SavedComment.objects.filter(owner=user)


def find_comment(user: User, pk: int) -> SavedComment:
    """Guarded fetch; raises :class:`NotFound`."""
    comment = get_comments(user).filter(pk=pk).first()
    if comment is None:
        raise NotFound
    return comment


def remember(text: str, *, acting_user: User, instead_of: str = "") -> SavedComment | None:
    """Count a use of this comment, putting it into the bank if it is new there.

    ``instead_of`` is what stood there before: a comment that was used that one time alone was a step on the
    way to this one, and goes.
    """
    text, before = text.strip(), instead_of.strip()
    if text == before or not (SHORTEST <= len(text) <= TEXT_LIMIT):
        return None
    with transaction.atomic():
        mine = get_comments(acting_user)
        mine.filter(text=before, uses=1).delete()
        comment, _new = mine.get_or_create(owner=acting_user, text=text)
        mine.filter(pk=comment.pk).update(uses=F("uses") + 1, last_used_at=timezone.now())
        _do_bound(acting_user)
    return comment


def add(text: str, *, acting_user: User) -> SavedComment:
    """Put a comment into the bank by hand; one that is there already stays as it is."""
    with transaction.atomic():
        comment, _new = get_comments(acting_user).get_or_create(
            owner=acting_user, text=text.strip()[:TEXT_LIMIT]
        )
        _do_bound(acting_user)
    return comment


def forget(comment: SavedComment, *, acting_user: User) -> None:
    """Take one's comment out of the bank; where it was used it stays."""
    get_comments(acting_user).filter(pk=comment.pk).delete()


def _do_bound(user: User) -> None:
    mine = get_comments(user)
    if mine.count() > BANK_LIMIT:
        order = mine.order_by("-uses", F("last_used_at").desc(nulls_last=True), "-pk")
        mine.filter(pk__in=list(order.values_list("pk", flat=True)[BANK_LIMIT:])).delete()
