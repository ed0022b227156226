"""What the gradebook holds beside the copies' marks: columns of its own, what was typed in them, skills, periods.

A mark given for an assignment stays in its copy. An entry holds the mark of a column without an assignment (an oral
exam, a test on paper), and for any column why a pupil has none.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LineItem(models.Model):
    """OneRoster ``lineItem`` that no assignment stands behind. ``told_at``: since when pupils read its marks."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school_class = models.ForeignKey(
        "accounts.Class", on_delete=models.CASCADE, related_name="line_items"
    )
    title = models.CharField(_("title"), max_length=120)
    mark_max = models.DecimalField(_("marked out of"), max_digits=6, decimal_places=2, default=20)
    day = models.DateField(pgettext_lazy("of a test", "date"))
    coefficient = models.DecimalField(_("coefficient"), max_digits=5, decimal_places=2, default=1)
    told_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("day", "created_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(mark_max__gt=0), name="line_item_scale"),
            models.CheckConstraint(condition=Q(coefficient__gte=0), name="line_item_coefficient"),
        )

    def __str__(self) -> str:
        return self.title


class Entry(models.Model):
    """What was typed for a pupil: the mark of a line item, or the state that stands instead of a mark.

    Of an assignment only the state: its mark is the copy's.
    """

    class State(models.TextChoices):
        NONE = "", _("No state")
        ABSENT = "absent", pgettext_lazy("at a test", "Absent")
        EXCUSED = "excused", _("Excused")
        MISSING = "missing", _("Not handed in (counts 0)")

    line_item = models.ForeignKey(
        LineItem, null=True, blank=True, on_delete=models.CASCADE, related_name="entries"
    )
    assignment = models.ForeignKey(
        "assignments.Assignment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="entries",
    )
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    mark = models.DecimalField(_("mark"), max_digits=6, decimal_places=2, null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, blank=True, default="")
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("line_item", "pupil"), name="entry_once"),
            models.UniqueConstraint(fields=("assignment", "pupil"), name="state_once"),
            models.CheckConstraint(
                condition=Q(line_item=None, assignment__isnull=False, mark=None)
                | Q(line_item__isnull=False, assignment=None),
                name="entry_of_one_column",
            ),
            models.CheckConstraint(
                condition=Q(mark=None) | Q(state=""), name="entry_mark_or_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.line_item_id or self.assignment_id}"


class SkillLink(models.Model):
    """A skill that a column works on in a class; work given to two classes may have other skills in each. ``skill`` is a code of :mod:`skills` (``crcn:3.4``); ``target`` is the level
    that full points show, in a framework whose levels depend on how hard the task is."""

    school_class = models.ForeignKey(
        "accounts.Class", on_delete=models.CASCADE, related_name="skill_links"
    )
    line_item = models.ForeignKey(
        LineItem, null=True, blank=True, on_delete=models.CASCADE, related_name="skill_links"
    )
    assignment = models.ForeignKey(
        "assignments.Assignment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="skill_links",
    )
    skill = models.CharField(max_length=24)
    target = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("school_class", "line_item", "skill"), name="item_skill_once"
            ),
            models.UniqueConstraint(
                fields=("school_class", "assignment", "skill"), name="assignment_skill_once"
            ),
            models.CheckConstraint(
                condition=Q(line_item=None, assignment__isnull=False)
                | Q(line_item__isnull=False, assignment=None),
                name="skill_of_one_column",
            ),
        )

    def __str__(self) -> str:
        return f"{self.skill} in {self.line_item_id or self.assignment_id}"


class SkillLevel(models.Model):
    """The level that a teacher gave a pupil for a skill in a class; it stands before any proposal."""

    school_class = models.ForeignKey(
        "accounts.Class", on_delete=models.CASCADE, related_name="skill_levels"
    )
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    skill = models.CharField(max_length=24)
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("school_class", "pupil", "skill"), name="level_once"),
        )

    def __str__(self) -> str:
        return f"{self.skill} of {self.pupil_id}: {self.level}"


class Period(models.Model):
    """OneRoster ``gradingPeriod``: a part of a class's year that its teachers named. Both days belong to it."""

    school_class = models.ForeignKey(
        "accounts.Class", on_delete=models.CASCADE, related_name="periods"
    )
    title = models.CharField(_("name"), max_length=60)
    start = models.DateField(_("first day"))
    end = models.DateField(_("last day"))

    class Meta:
        ordering = ("start", "end", "title")
        constraints = (
            models.UniqueConstraint(fields=("school_class", "title"), name="period_title_once"),
            models.CheckConstraint(
                condition=Q(end__gte=models.F("start")), name="period_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.title
