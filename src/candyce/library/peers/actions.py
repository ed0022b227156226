"""Rating, answering and recommending: each deed changes its row, the resource's summary and the audit at once."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Organisation, User
from candyce.lib.errors import BadRequest, Conflict
from candyce.library.editions import do_note_change
from candyce.library.models import Endorsement, Report, Resource, Review
from candyce.library.news import do_tell, do_tell_authors
from candyce.library.opinions import do_summarise

COMMENT_LIMIT = 5000  # characters


def _hold(resource: Resource) -> None:
    """One opinion at a time: its summary is counted while nobody else adds one."""
    Resource.objects.select_for_update().get(pk=resource.pk)


def _do_sum_up(resource: Resource) -> None:
    do_summarise(resource)
    do_note_change(resource)


@transaction.atomic
def do_review(
    resource: Resource, *, marks: dict[str, int | None], comment: str, acting_user: User
) -> Review:
    """Rate the present edition, or change what one said before; ``marks`` maps criteria to 1..5 or None."""
    given = {name: marks.get(name) for name in Review.CRITERIA}
    if not comment.strip() and not any(given.values()):
        raise BadRequest(_("Give an opinion on one point at least, or write a comment."))
    _hold(resource)
    values: dict[str, Any] = {
        **given,
        "comment": comment.strip()[:COMMENT_LIMIT],
        "edition": resource.editions.first(),
    }
    review, new = Review.objects.update_or_create(
        resource=resource, user=acting_user, defaults=values
    )
    verb = "review.written" if new else "review.changed"
    do_audit(verb, review, acting_user=acting_user, resource=resource.pk)
    if new:
        do_tell_authors(resource, "reviewed", but=acting_user, who=acting_user.full_name)
    _do_sum_up(resource)
    return review


@transaction.atomic
def do_delete_review(review: Review, *, acting_user: User) -> None:
    """Take one's opinion back; of one that a moderator hid the empty row stays, so that it stays hidden."""
    _hold(review.resource)
    do_audit("review.deleted", review, acting_user=acting_user, resource=review.resource_id)
    review.reports.filter(status=Report.Status.OPEN).update(
        status=Report.Status.CHANGED, handled_at=timezone.now(), handled_by=acting_user
    )
    if review.hidden_at:
        for name in Review.CRITERIA:
            setattr(review, name, None)
        review.comment = review.answer = ""
        review.save()
    else:
        review.delete()
    _do_sum_up(review.resource)


@transaction.atomic
def do_answer(review: Review, *, text: str, acting_user: User) -> None:
    """The authors' answer to a comment, in place of an earlier one; an empty text takes it away."""
    review.answer = text.strip()[:COMMENT_LIMIT]
    review.answered_by = acting_user if review.answer else None
    review.answered_at = timezone.now() if review.answer else None
    review.save(update_fields=["answer", "answered_by", "answered_at"])
    if review.answer:
        do_tell(review.user, "answered", review.resource)
    do_audit("review.answered", review, acting_user=acting_user, resource=review.resource_id)


@transaction.atomic
def do_endorse(
    resource: Resource,
    *,
    label: str,
    reason: str,
    organisation: Organisation | None,
    acting_user: User,
) -> Endorsement:
    """Recommend the present edition, for oneself or in an academy's name; again takes the place of before."""
    _hold(resource)
    standing = resource.endorsements.filter(withdrawn_at=None, organisation=organisation)
    if organisation is None:
        standing = standing.filter(user=acting_user)
    standing.update(withdrawn_at=timezone.now())
    try:
        with transaction.atomic():
            endorsement = Endorsement.objects.create(
                resource=resource,
                user=acting_user,
                organisation=organisation,
                edition=resource.editions.first(),
                label=label,
                reason=reason,
            )
    except IntegrityError as error:  # somebody of the same academy at the same moment
        raise Conflict from error
    do_audit(
        "resource.endorsed",
        endorsement,
        acting_user=acting_user,
        resource=resource.pk,
        label=label,
        organisation=str(organisation.pk) if organisation else None,
    )
    do_tell_authors(resource, "endorsed", but=acting_user, label=label)
    _do_sum_up(resource)
    return endorsement


@transaction.atomic
def do_withdraw_endorsement(endorsement: Endorsement, *, acting_user: User) -> None:
    """Recommend it no longer; the row stays, for whoever asks when it stood."""
    _hold(endorsement.resource)
    endorsement.withdrawn_at = timezone.now()
    endorsement.save(update_fields=["withdrawn_at"])
    do_audit(
        "resource.endorsement_withdrawn",
        endorsement,
        acting_user=acting_user,
        resource=endorsement.resource_id,
    )
    _do_sum_up(endorsement.resource)
