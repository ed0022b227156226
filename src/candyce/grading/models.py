"""What marking found and what people made of it: a sheet for each copy, an answer for each question.

The automatic side (``auto_…``) is written by the marking task alone, the person's side by the actions; a
new marking never touches the second.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sheet(models.Model):
    """The marking of one copy: how far it is, and of which version.

    ``reason`` says why a marking failed, or what kept a part of it from being done: a code of
    ``candyce.grading.reasons``. ``mark_by_hand``: the teacher wrote the mark, which marking then leaves.
    """

    class State(models.TextChoices):
        NONE = "none", _("Not marked")
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being marked")
        DONE = "done", _("Marked")
        FAILED = "failed", _("Could not be marked")

    copy = models.OneToOneField("assignments.Copy", on_delete=models.CASCADE, related_name="sheet")
    state = models.CharField(max_length=8, choices=State, default=State.NONE)
    reason = models.CharField(max_length=32, blank=True)
    runner = models.CharField(max_length=32, default="browser-python")
    version = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    mark_by_hand = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("state", "queued_at"), name="sheet_waiting"),)

    def __str__(self) -> str:
        return f"{self.copy_id}: {self.state}"


class Answer(models.Model):
    """A pupil's answer to one item that has points: what the tests gave, and what a person gave.

    ``points`` wins over ``auto_points``. ``revision`` counts the person's writings: who writes names the
    one they read. ``auto_detail`` is a list of ``{"name", "status", "error", "message", "hidden",
    "expected", "given"}``, one per test. ``rubric`` maps a criterion's id to its points.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="answers")
    path = models.CharField(max_length=400)
    grade_id = models.CharField(max_length=200)
    question_id = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    order = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=16)
    points_max = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    auto_points = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    auto_detail = models.JSONField(default=list, blank=True)
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=2, null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    rubric = models.JSONField(default=dict, blank=True)
    marked_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    marked_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("order", "pk")
        constraints = (
            models.UniqueConstraint(fields=("sheet", "path", "grade_id"), name="answer_once"),
        )

    def __str__(self) -> str:
        return f"{self.path}#{self.grade_id}"


class AnswerEvent(models.Model):
    """Who did what to an answer. Written once, never changed; it goes when the copy goes."""

    class Verb(models.TextChoices):
        AUTO = "auto", _("Marked automatically")
        POINTS = "points", _("Points given")
        COMMENT = "comment", _("Comment written")
        RUBRIC = "rubric", _("Rubric filled in")
        POINTS_TAKEN_AWAY = "points_taken_away", _("Points taken away")

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="events")
    by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=20, choices=Verb)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.verb} of {self.answer_id}"


class SavedComment(models.Model):
    """A comment that a teacher uses again; one bank for each person."""

    owner = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="saved_comments"
    )
    text = models.CharField(max_length=2000)
    uses = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-uses", "-last_used_at", "pk")
        constraints = (models.UniqueConstraint(fields=("owner", "text"), name="comment_once"),)

    def __str__(self) -> str:
        return self.text[:80]


class HintUse(models.Model):
    """A hint that a pupil asked for, and what it costs."""

    copy = models.ForeignKey("assignments.Copy", on_delete=models.CASCADE, related_name="hints")
    path = models.CharField(max_length=400)
    question_id = models.CharField(max_length=200)
    cost = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("copy", "path", "question_id"), name="hint_once"),
        )

    def __str__(self) -> str:
        return f"{self.question_id} of {self.copy_id}"


class Coefficient(models.Model):
    """How much an assignment counts in the averages of one class. Without a row it counts once."""

    school_class = models.ForeignKey(
        "accounts.Class", on_delete=models.CASCADE, related_name="coefficients"
    )
    assignment = models.ForeignKey(
        "assignments.Assignment", on_delete=models.CASCADE, related_name="coefficients"
    )
    value = models.DecimalField(max_digits=5, decimal_places=2, default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("school_class", "assignment"), name="coefficient_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=0), name="coefficient_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.assignment_id} in {self.school_class_id}: {self.value}"


# The gradebook's own tables belong to this room's app.
from candyce.grading.gradebook.models import (  # noqa: E402
    Entry,
    LineItem,
    Period,
    SkillLevel,
    SkillLink,
)

__all__ = [
    "Answer",
    "AnswerEvent",
    "Coefficient",
    "Entry",
    "HintUse",
    "LineItem",
    "Period",
    "SavedComment",
    "Sheet",
    "SkillLevel",
    "SkillLink",
]
