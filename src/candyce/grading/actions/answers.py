"""What a person makes of an answer, and the mark that follows from all of them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.assignments import access
from candyce.assignments.late import get_lateness
from candyce.assignments.marks import say_mark
from candyce.assignments.models import Copy
from candyce.grading.models import Answer, AnswerEvent, HintUse, Sheet
from candyce.grading.scoring import take_off
from candyce.lib.errors import BadRequest, Conflict

COMMENT_LIMIT = 10_000  # characters
CRITERIA_LIMIT = 50
STEP = Decimal("0.25")


class _Unchanged:
    """Stands for an argument that was not given; None means something."""


UNCHANGED: Final = _Unchanged()


def hold_copy(copy_id: UUID) -> Copy | None:
    """The copy as it is now, held until the end of the transaction.

    Whoever writes a mark, points or the end of a marking holds the copy first, then its sheet, then answers.
    """
    return Copy.objects.select_for_update(no_key=True).filter(pk=copy_id).first()


def set_answer(
    answer: Answer,
    *,
    revision: int,
    acting_user: User,
    points: Decimal | _Unchanged | None = UNCHANGED,
    comment: str | _Unchanged = UNCHANGED,
    rubric: dict[str, Any] | _Unchanged = UNCHANGED,
) -> Answer:
    """Write points (None: back to the proposal), comment or rubric; each change is signed and kept.

    ``revision`` is that of the answer which the person had before them. Raises :class:`Conflict`, which
    says who wrote what, when it is not the newest; :class:`BadRequest` with the fields that are wrong.
    """
    with transaction.atomic():
        hold_copy(answer.sheet.copy_id)
        answer = Answer.objects.select_for_update().select_related("sheet").get(pk=answer.pk)
        copy = access.get_copy(acting_user, answer.sheet.copy_id, "mark")
        if answer.revision != revision:
            raise _make_conflict(answer)
        wanted = _check(answer, points=points, comment=comment, rubric=rubric)
        changed = {name: value for name, value in wanted.items() if getattr(answer, name) != value}
        if not changed:
            return answer
        for name, value in changed.items():
            _do_note(answer, name, value, acting_user)
            setattr(answer, name, value)
        answer.revision += 1
        answer.marked_by, answer.marked_at = acting_user, timezone.now()
        answer.save()
        do_audit("answer_marked", copy, acting_user=acting_user, answer=answer.pk)
        propose_mark(answer.sheet, acting_user=acting_user)
    return answer


def _check(answer: Answer, **given: Any) -> dict[str, Any]:
    wanted = {name: value for name, value in given.items() if value is not UNCHANGED}
    points = wanted.get("points")
    if points is not None and not (0 <= points <= answer.points_max):
        text = _("From 0 to %(limit)s.") % {"limit": say_mark(answer.points_max)}
        raise BadRequest(fields={"points": text})
    if len(wanted.get("comment", "")) > COMMENT_LIMIT:
        raise BadRequest(fields={"comment": _("This comment is too long.")})
    if "rubric" in wanted:
        wanted["rubric"] = _check_rubric(wanted["rubric"])
    return wanted


def _check_rubric(rubric: dict[str, Any]) -> dict[str, str]:
    try:
        clean = {str(name): f"{Decimal(str(value)):f}" for name, value in rubric.items()}
    except InvalidOperation:
        clean = None
    if clean is None or len(clean) > CRITERIA_LIMIT:
        raise BadRequest(fields={"rubric": _("This rubric cannot be read.")})
    return clean


def _do_note(answer: Answer, name: str, value: Any, user: User | None) -> None:
    away = name == "points" and value is None
    AnswerEvent.objects.create(
        answer=answer,
        by=user,
        verb=AnswerEvent.Verb.POINTS_TAKEN_AWAY if away else name,
        before={name: _as_json(getattr(answer, name))},
        after={name: _as_json(value)},
    )


def _as_json(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _make_conflict(answer: Answer) -> Conflict:
    """Who was quicker, and what they wrote."""
    event = answer.events.exclude(verb=AnswerEvent.Verb.AUTO).select_related("by").last()
    name = event.by.full_name if event and event.by else _("Someone")
    if event is None or answer.points is None:
        return Conflict(
            _("%(name)s has changed this answer in the meantime. Look at it again.")
            % {"name": name}
        )
    return Conflict(
        _("%(name)s has given %(points)s to this answer in the meantime. Look at it again.")
        % {"name": name, "points": say_mark(answer.points)}
    )


def propose_mark(sheet: Sheet, *, acting_user: User | None = None) -> Decimal | None:
    """Write the copy's mark as its answers make it, less what being late costs; gives it, or None where nothing is proposed.

    Nothing is when the teacher wrote the mark, or while an answer waits for a hand. A copy that was returned, or
    that waits to be marked, keeps its mark unless a person's change leads here (``acting_user``).
    """
    with transaction.atomic():
        copy = hold_copy(sheet.copy_id)
        # The caller's sheet may be old: a teacher wrote the mark meanwhile.
        now = Sheet.objects.select_for_update().filter(pk=sheet.pk).first()
        if copy is None or now is None or now.mark_by_hand:
            return None
        waits = now.state in {Sheet.State.QUEUED, Sheet.State.RUNNING}
        if acting_user is None and (waits or copy.state == Copy.State.RETURNED):
            return None
        mark = _reckon(now, copy)
        if mark is not None and copy.mark != mark:
            Copy.objects.filter(pk=copy.pk).update(mark=mark)
            # The journal says that a mark was written, not which: marks stay in one place.
            do_audit("mark_proposed", copy, acting_user=acting_user)
    return mark


def _reckon(sheet: Sheet, copy: Copy) -> Decimal | None:
    """None while an answer waits for a hand, or where there are no points to have."""
    answers = list(sheet.answers.all())
    found = [a.points if a.points is not None else a.auto_points for a in answers]
    most = sum((a.points_max for a in answers), Decimal(0))
    if None in found or most <= 0:
        return None
    total = sum((points for points in found if points is not None), Decimal(0))
    total -= HintUse.objects.filter(copy=copy).aggregate(all=Sum("cost"))["all"] or Decimal(0)
    mark = compute_mark(total, most, copy.assignment.mark_max)
    return take_off(mark, get_lateness(copy))


def compute_mark(total: Decimal, most: Decimal, mark_max: Decimal) -> Decimal:
    """Points out of ``most`` as a mark out of ``mark_max``, rounded half up to a quarter."""
    scaled = min(max(total, Decimal(0)), most) * mark_max / most
    steps = (scaled / STEP).quantize(Decimal(1), ROUND_HALF_UP)
    return min(steps * STEP, mark_max)
