"""Assignments and pupils' copies. OneRoster's line item and result live in them for now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from candyce.accounts.models import User
from candyce.assignments.sequence_models import GivenSequence
from candyce.lib.text import fold
from candyce.projects.models import Version

LATE_GRACE_MAX = 24 * 60  # minutes


class Assignment(models.Model):
    """A version of a project handed to classes, within a window of time.

    ``group_mode``: whether pupils share copies, and who says with whom. ``group_size``: most pupils of a group.
    Times that hold for one pupil are asked of ``candyce.assignments.times``.
    """

    class GroupMode(models.TextChoices):
        ALONE = "", _("Each pupil alone")
        DRAWN = "drawn", _("In groups drawn by lot")
        TEACHER = "teacher", _("In groups that I make")
        PUPILS = "pupils", _("In groups that pupils make")

    class Outside(models.TextChoices):
        """What pupils see before the opening and after the closing."""

        LOCKED = "locked", _("Locked: announced before, read only after")
        HIDDEN = "hidden", _("Invisible before and after")

    class LateRule(models.TextChoices):
        ACCEPT = "accept", _("Accepted, and said to be late")
        POINTS = "points", _("Accepted, with points taken off")
        PERCENT = "percent", _("Accepted, with a share of the mark taken off")
        REFUSE = "refuse", _("Refused: work stops at the due time")

    class LateUnit(models.TextChoices):
        DAY = "day", pgettext_lazy("late", "for each day begun")
        HOUR = "hour", pgettext_lazy("late", "for each hour begun")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        "projects.Version", on_delete=models.PROTECT, related_name="assignments"
    )
    # What pupils get where the version holds exercises: without solutions, hidden tests and keys.
    released = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="assignments"
    )
    classes = models.ManyToManyField("accounts.Class", related_name="assignments")
    title = models.CharField(_("title"), max_length=200)
    instructions = models.TextField(_("instructions"), blank=True, help_text=_("Markdown"))
    code = models.CharField(max_length=8, unique=True)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    # Pupils entitled to extra time get it here without anybody thinking of it.
    accommodated = models.BooleanField(default=True)
    outside = models.CharField(max_length=8, choices=Outside, default=Outside.LOCKED)
    late_rule = models.CharField(max_length=8, choices=LateRule, default=LateRule.ACCEPT)
    # Points, or per cent of `mark_max`, taken off for each unit begun; `late_cap`: in all, at most.
    late_amount = models.DecimalField(max_digits=6, decimal_places=2, default=1)
    late_unit = models.CharField(max_length=4, choices=LateUnit, default=LateUnit.DAY)
    late_cap = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    late_grace = models.PositiveSmallIntegerField(default=0)  # minutes that do not count as late
    # When the worker next looks at the assignment, because some pupil's time is over.
    closing_planned_at = models.DateTimeField(null=True, blank=True, editable=False)
    mark_max = models.DecimalField(_("marked out of"), max_digits=6, decimal_places=2, default=20)
    group_mode = models.CharField(max_length=8, choices=GroupMode, blank=True, default="")
    group_size = models.PositiveSmallIntegerField(_("at most, in a group"), default=3)
    # From then on pupils neither join nor leave groups by themselves.
    groups_closed_at = models.DateTimeField(null=True, blank=True)
    # Where it was given with others: in which sequence, at which place (from 1).
    sequence = models.ForeignKey(
        GivenSequence, null=True, blank=True, on_delete=models.SET_NULL, related_name="steps"
    )
    step = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    # "Eyes up": until it is taken away no pupil writes, in any copy.
    frozen_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(opens_at=None)
                | models.Q(closes_at=None)
                | models.Q(closes_at__gt=models.F("opens_at")),
                name="assignment_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(group_size__range=(2, 5)), name="assignment_group_size"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(due_at=None)
                    | models.Q(opens_at=None)
                    | models.Q(due_at__gt=models.F("opens_at"))
                )
                & (
                    models.Q(due_at=None)
                    | models.Q(closes_at=None)
                    | models.Q(due_at__lte=models.F("closes_at"))
                ),
                name="assignment_due_within_window",
            ),
            models.CheckConstraint(
                condition=models.Q(late_amount__range=(0, 1000), late_grace__lte=LATE_GRACE_MAX)
                & (models.Q(late_cap=None) | models.Q(late_cap__range=(0, 1000))),
                name="assignment_late_bounded",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def given_version(self) -> Version:
        """The version that pupils work from; ``version`` is the author's."""
        return self.released or self.version


class Group(models.Model):
    """Pupils of one class who share one copy of an assignment. It may be empty, and have no copy yet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="groups")
    school_class = models.ForeignKey(
        "accounts.Class", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    number = models.PositiveSmallIntegerField()
    name = models.CharField(_("name"), max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("assignment", "number"), name="group_number_once"),
        )

    def __str__(self) -> str:
        return self.name or _now("Group %(number)s") % {"number": self.number}

    @property
    def members(self) -> list[User]:
        """By name; fetch ``memberships__pupil`` ahead where there are many groups."""
        people = [membership.pupil for membership in self.memberships.all()]
        return sorted(people, key=lambda pupil: fold(pupil.sort_name))


class Membership(models.Model):
    """A pupil in a group. ``assignment`` is the group's: a pupil is in one group of it at most."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="memberships")
    pupil = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="group_memberships"
    )
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("assignment", "pupil"), name="one_group_a_pupil"),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.group_id}"


class Copy(models.Model):
    """A copy of an assignment, a pupil's or a group's: a project of its own, its state, mark and appraisal.

    Of a group's copy ``pupil`` says who opened it first, no more: whose it is now is said by ``members``
    and by the conditions of ``access``.
    """

    class State(models.TextChoices):
        WORKING = "working", _("Working")
        HANDED_IN = "handed_in", _("Handed in")
        RETURNED = "returned", _("Returned")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="copies")
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="copies")
    # A group that has a copy stays; both go with the assignment.
    group = models.OneToOneField(
        Group, null=True, blank=True, on_delete=models.RESTRICT, related_name="copy"
    )
    project = models.OneToOneField(
        "projects.Project", on_delete=models.PROTECT, related_name="copy"
    )
    state = models.CharField(max_length=16, choices=State, default=State.WORKING)
    started_at = models.DateTimeField(auto_now_add=True)
    handed_in_at = models.DateTimeField(null=True, blank=True)
    handed_in_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    handed_in_version = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_version = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Given back to work on: the pupil may write although the window is closed, until handed in again.
    reopened_at = models.DateTimeField(null=True, blank=True)
    # A teacher takes nothing off for being late.
    late_lifted_at = models.DateTimeField(null=True, blank=True)
    late_lifted_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    mark = models.DecimalField(_("mark"), max_digits=6, decimal_places=2, null=True, blank=True)
    appraisal = models.TextField(_("appraisal"), blank=True)
    marked_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Grows with each notice that is sent to the copy's pupil or withdrawn: its pages look again.
    news = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("assignment", "pupil"),
                condition=models.Q(group=None),
                name="copy_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.assignment_id}"

    @property
    def members(self) -> list[User]:
        """Whose copy it is, by name; nobody when the last member of its group has gone elsewhere."""
        return self.group.members if self.group else [self.pupil]

    @property
    def who(self) -> str:
        """Whose copy it is, in a line."""
        return say_people(self.members) or str(self.group)

    @property
    def sort_name(self) -> str:
        return ", ".join(pupil.sort_name for pupil in self.members) or str(self.group)


def say_people(people: Iterable[User]) -> str:
    """Names in a line."""
    return ", ".join(person.full_name for person in people)


class PupilTimes(models.Model):
    """What one pupil's times are in one assignment, where they are not those of all.

    A time of one's own holds exactly as it stands. Extra time is added to the class's: ``extra_minutes``, and
    ``extra_percent`` of the time given, which stands in for the pupil's accommodation (0: none).
    ``outside``: what this pupil sees outside the window; empty: as all.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="pupil_times")
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="own_times")
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    extra_minutes = models.PositiveIntegerField(default=0)
    extra_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    outside = models.CharField(max_length=8, choices=Assignment.Outside, blank=True, default="")
    set_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("assignment", "pupil"), name="pupil_times_once"),
            models.CheckConstraint(
                condition=models.Q(opens_at=None)
                | models.Q(closes_at=None)
                | models.Q(closes_at__gt=models.F("opens_at")),
                name="pupil_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(extra_minutes__lte=20160)
                & (models.Q(extra_percent=None) | models.Q(extra_percent__lte=200)),
                name="pupil_extra_bounded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.assignment_id}"


class Accommodation(models.Model):
    """Extra time that a pupil is entitled to, in every timed piece of work: a third is 33 %.

    Only those who teach the pupil and the school's administration know of it. Why is written nowhere.
    """

    pupil = models.OneToOneField(
        "accounts.User", on_delete=models.CASCADE, related_name="accommodation"
    )
    extra_percent = models.PositiveSmallIntegerField(_("extra time in per cent"))
    set_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(extra_percent__gte=1, extra_percent__lte=200),
                name="accommodation_bounded",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id}: {self.extra_percent} %"


class CodeGuess(models.Model):
    """A wrong code someone typed, kept for the throttle only."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at}"


class Notice(models.Model):
    """What a teacher tells pupils while they work: a message, or a hint for one question.

    Whole classes (who joins one later reads it too), single pupils, or both.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        HINT = "hint", _("Hint for a question")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="notices")
    author = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.MESSAGE)
    text = models.TextField(_("text"), help_text=_("Markdown"))
    # A hint's question in the version given to pupils; both are empty for a message.
    path = models.CharField(max_length=400, blank=True)
    question_id = models.CharField(max_length=200, blank=True)
    classes = models.ManyToManyField("accounts.Class", related_name="+")
    pupils = models.ManyToManyField("accounts.User", related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-sent_at", "-pk")
        indexes = (models.Index(fields=("assignment", "sent_at"), name="notice_by_assignment"),)

    def __str__(self) -> str:
        return f"{self.kind} in {self.assignment_id}"


class NoticeReading(models.Model):
    """A pupil has said that a notice is read."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="readings")
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("notice", "pupil"), name="notice_read_once"),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} read {self.notice_id}"
