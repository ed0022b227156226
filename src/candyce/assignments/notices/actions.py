"""Sending a notice, taking it back, saying that one has read it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments import access as assignments
from candyce.assignments.actions.announce import announce_access
from candyce.assignments.models import Assignment, Copy, Notice, NoticeReading
from candyce.assignments.notices import access
from candyce.assignments.notices.questions import Given, find_given
from candyce.lib.errors import BadRequest, Forbidden, TooMany

TEXT_LIMIT = 2000  # characters
AT_ONCE = 20  # notices that one person sends about one assignment in a minute
ALL_TOGETHER = 1000  # notices of one assignment
TWICE = timedelta(seconds=10)  # the same words to the same pupils within it were one press too many


@dataclass(frozen=True)
class _Draft:
    text: str
    to_classes: tuple[Class, ...]
    to_pupils: tuple[User, ...]
    question: Given | None

    @property
    def classes(self) -> set[uuid.UUID]:
        return {one.pk for one in self.to_classes}

    @property
    def pupils(self) -> set[uuid.UUID]:
        return {one.pk for one in self.to_pupils}

    def get_place(self) -> dict[str, str]:
        """The row's fields that say what it is about."""
        if self.question is None:
            return {"kind": Notice.Kind.MESSAGE, "path": "", "question_id": ""}
        path, question_id = self.question.path, self.question.id
        return {"kind": Notice.Kind.HINT, "path": path, "question_id": question_id}


def send_notice(
    assignment: Assignment,
    *,
    acting_user: User,
    text: str,
    classes: Iterable[Class] = (),
    pupils: Iterable[User] = (),
    question: Given | None = None,
) -> Notice:
    """Send Markdown to classes and pupils whose work the person follows; with ``question``, a hint.

    ``assignment`` is fetched with the ability ``follow``. Raises :class:`BadRequest` with the fields that
    are wrong, :class:`TooMany` when one sends faster than anybody reads.
    """
    if not assignments.get_abilities(acting_user, assignment)["follow"]:
        raise Forbidden
    draft = _Draft(text.strip(), tuple(classes), tuple(pupils), question)
    _check(assignment, acting_user, draft)
    with transaction.atomic():
        # One sender at a time: what is counted below stays true until the row is there.
        Assignment.objects.select_for_update().filter(pk=assignment.pk).first()
        again = _find_twin(assignment, acting_user, draft)
        if again is not None:
            return again
        _check_pace(assignment, acting_user)
        return _do_send(assignment, acting_user, draft)


def _do_send(assignment: Assignment, user: User, draft: _Draft) -> Notice:
    notice = Notice.objects.create(
        assignment=assignment, author=user, text=draft.text, **draft.get_place()
    )
    notice.classes.set(draft.to_classes)
    notice.pupils.set(draft.to_pupils)
    do_audit(
        "notice_sent",
        notice,
        acting_user=user,
        assignment=str(assignment.pk),
        classes=sorted(str(one) for one in draft.classes),
        pupils=sorted(str(one) for one in draft.pupils),
    )
    _announce(notice, draft.classes, draft.pupils)
    return notice


def withdraw_notice(notice: Notice, *, acting_user: User) -> Notice:
    """Take a notice back: pupils no longer read it. ``notice`` comes from the guarded fetch."""
    with transaction.atomic():
        notice.withdrawn_at = timezone.now()
        notice.save(update_fields=["withdrawn_at"])
        do_audit("notice_withdrawn", notice, acting_user=acting_user)
        _announce(
            notice,
            list(notice.classes.values_list("pk", flat=True)),
            list(notice.pupils.values_list("pk", flat=True)),
        )
    return notice


def mark_read(copy: Copy, ids: Iterable[uuid.UUID], *, acting_user: User) -> None:
    """The pupil has read these; what was not sent to them is passed over. The reading is its own record.

    Raises :class:`Forbidden` for anybody but those to whom the copy's notices are sent.
    """
    if not access.is_reader(acting_user, copy):
        raise Forbidden
    received = access.received_in(acting_user, copy).filter(pk__in=list(ids))
    NoticeReading.objects.bulk_create(
        [NoticeReading(notice=notice, pupil=acting_user) for notice in received],
        ignore_conflicts=True,
    )


def _check(assignment: Assignment, user: User, draft: _Draft) -> None:
    text, question = draft.text, draft.question
    fields: dict[str, str] = {}
    if not text or "\0" in text:
        fields["text"] = _("Write what you want to say.")
    elif len(text) > TEXT_LIMIT:
        fields["text"] = _("This message is too long.")
    followed = assignments.followed_classes(user, assignment)
    known = set(
        Enrolment.objects.filter(
            school_class__in=followed, role=Enrolment.Role.STUDENT
        ).values_list("user_id", flat=True)
    )
    if not draft.classes and not draft.pupils:
        fields["to"] = _("Choose at least one pupil.")
    elif not draft.pupils <= known or not draft.classes <= set(
        followed.values_list("pk", flat=True)
    ):
        fields["to"] = _("You can only write to pupils whose work you follow.")
    if question and find_given(assignment, question.path, question.id) is None:
        fields["question"] = _("This work has no such question.")
    if fields:
        raise BadRequest(fields=fields)


def _find_twin(assignment: Assignment, user: User, draft: _Draft) -> Notice | None:
    """The same notice, sent a moment ago: a button pressed twice, a form sent again."""
    recent = Notice.objects.filter(
        assignment=assignment,
        author=user,
        text=draft.text,
        withdrawn_at=None,
        sent_at__gte=timezone.now() - TWICE,
        **draft.get_place(),
    )
    for notice in recent:
        same_classes = set(notice.classes.values_list("pk", flat=True)) == draft.classes
        if same_classes and set(notice.pupils.values_list("pk", flat=True)) == draft.pupils:
            return notice
    return None


def _check_pace(assignment: Assignment, user: User) -> None:
    sent = Notice.objects.filter(assignment=assignment)
    minute = sent.filter(author=user, sent_at__gte=timezone.now() - timedelta(minutes=1))
    if minute.count() >= AT_ONCE:
        raise TooMany(
            _("Too many messages in one minute. Wait a moment: pupils must read them too.")
        )
    if sent.count() >= ALL_TOGETHER:
        raise TooMany(_("No more messages can be sent about this work."))


def _announce(notice: Notice, classes: Iterable[uuid.UUID], pupils: Iterable[uuid.UUID]) -> None:
    """After the commit, open pages of these pupils' copies look at their notices."""
    in_class = Enrolment.objects.filter(school_class__in=classes, role=Enrolment.Role.STUDENT)
    reached = {*pupils, *in_class.values_list("user_id", flat=True)}
    copies = Copy.objects.filter(assignments.owned_by(reached), assignment=notice.assignment_id)
    copies.update(news=F("news") + 1)
    announce_access(copies)
