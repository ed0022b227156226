"""What the gradebook holds beside the copies' marks: columns, pupils' states, skills.

A mark given for an assignment stays in its copy; an entry says why there is none, or holds the mark of a
column that has no assignment (an oral exam, a paper test).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Column(models.Model):
    """OneRoster ``lineItem``: what is marked in one class.

    The column of an assignment has a row only once somebody set something of it: until then it counts once.
    ``published_at``: from when pupils read a column without assignment. ``on``: its day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school_class = models.ForeignKey(
        "accounts.Class", on_delete=models.CASCADE, related_name="columns"
    )
    assignment = models.ForeignKey(
        "assignments.Assignment",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="columns",
    )
    title = models.CharField(_("title"), max_length=120, blank=True)
    mark_max = models.DecimalField(_("marked out of"), max_digits=6, decimal_places=2, default=20)
    on = models.DateField(pgettext_lazy("of a test", "date"), null=True, blank=True)
    coefficient = models.DecimalField(_("coefficient"), max_digits=5, decimal_places=2, default=1)
    counts = models.BooleanField(_("counts in the average"), default=True)
    published_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("school_class", "assignment"), name="column_of_assignment_once"
            ),
            models.CheckConstraint(
                condition=models.Q(assignment__isnull=False) | ~models.Q(title=""),
                name="column_has_title",
            ),
            models.CheckConstraint(
                condition=models.Q(coefficient__gte=0), name="column_coefficient_not_negative"
            ),
        )

    def __str__(self) -> str:
        return self.title or str(self.assignment_id)


class Entry(models.Model):
    """OneRoster ``result`` of a pupil in a column, as far as no copy holds it: a mark, or why there is none."""

    class State(models.TextChoices):
        NONE = "", _("No state")
        ABSENT = "absent", pgettext_lazy("at a test", "Absent")
        EXCUSED = "excused", _("Excused")
        MISSING = "missing", _("Not handed in (counts 0)")

    column = models.ForeignKey(Column, on_delete=models.CASCADE, related_name="entries")
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    mark = models.DecimalField(_("mark"), max_digits=6, decimal_places=2, null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, blank=True, default=State.NONE)
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("column", "pupil"), name="entry_once"),
            models.CheckConstraint(
                condition=models.Q(mark=None) | models.Q(state=""), name="entry_mark_or_state"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pupil_id} in {self.column_id}"


class SkillLink(models.Model):
    """A skill that an assignment works on: as a whole, or in one question.

    ``skill`` is a code of the catalogue (``crcn:3.4``). ``target``: the level that full points show, in a
    framework whose levels depend on how hard the task is.
    """

    assignment = models.ForeignKey(
        "assignments.Assignment", on_delete=models.CASCADE, related_name="skill_links"
    )
    skill = models.CharField(max_length=24)
    path = models.CharField(max_length=400, blank=True)
    question_id = models.CharField(max_length=200, blank=True)
    target = models.PositiveSmallIntegerField(null=True, blank=True)
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("skill", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("assignment", "skill", "path", "question_id"), name="skill_link_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.skill} in {self.assignment_id}"


class SkillLevel(models.Model):
    """The level that a teacher gave a pupil for a skill in an assignment; it outlives any proposal."""

    assignment = models.ForeignKey(
        "assignments.Assignment", on_delete=models.CASCADE, related_name="skill_levels"
    )
    pupil = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    skill = models.CharField(max_length=24)
    level = models.PositiveSmallIntegerField()
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("assignment", "pupil", "skill"), name="level_once"),
        )

    def __str__(self) -> str:
        return f"{self.skill} of {self.pupil_id}: {self.level}"


class MarksDraft(models.Model):
    """A file of marks read and shown but not yet confirmed. Personal data: purged after an hour.

    ``digest`` is that of the plan that was shown; the confirmed run must come to the same one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    school_class = models.ForeignKey("accounts.Class", on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.file_name
