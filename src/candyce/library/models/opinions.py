"""What colleagues, inspectors and readers say of a resource."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from candyce.library.models.resource import Edition, Resource


class Review(models.Model):
    """A colleague's opinion on named criteria, 1 (not at all) to 5 (entirely); null: no opinion."""

    CRITERIA = ("works", "clear", "programme_fit", "accessible")

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="reviews")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    edition = models.ForeignKey(Edition, null=True, on_delete=models.SET_NULL, related_name="+")
    works = models.PositiveSmallIntegerField(null=True, blank=True)
    clear = models.PositiveSmallIntegerField(null=True, blank=True)
    programme_fit = models.PositiveSmallIntegerField(null=True, blank=True)
    accessible = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at",)
        constraints = (
            models.UniqueConstraint(fields=("resource", "user"), name="review_once"),
            *(
                models.CheckConstraint(
                    condition=models.Q(**{f"{name}__isnull": True})
                    | models.Q(**{f"{name}__range": (1, 5)}),
                    name=f"review_{name}_1_to_5",
                )
                for name in ("works", "clear", "programme_fit", "accessible")
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} on {self.resource_id}"


class Endorsement(models.Model):
    """An inspector, or an academy through one, recommends a resource and says why."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="endorsements")
    user = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    edition = models.ForeignKey(Edition, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=100)
    reason = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("resource", "organisation"),
                condition=models.Q(withdrawn_at=None, organisation__isnull=False),
                name="endorsed_once_by_organisation",
            ),
            models.UniqueConstraint(
                fields=("resource", "user"),
                condition=models.Q(withdrawn_at=None, organisation=None),
                name="endorsed_once_by_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.label}: {self.resource_id}"


class Report(models.Model):
    """Something wrong with a resource or with a review of it, told to the moderators."""

    class Reason(models.TextChoices):
        ERROR = "error", _("There is a mistake in it")
        RIGHTS = "rights", _("It infringes somebody's rights")
        PERSONAL = "personal", _("It shows personal data")
        HARMFUL = "harmful", _("It is offensive or dangerous")
        OTHER = "other", _("Something else")

    class Status(models.TextChoices):
        OPEN = "open", _("To handle")
        KEPT = "kept", _("Handled: nothing to change")
        CHANGED = "changed", _("Handled: put right by the authors")
        WITHDRAWN = "withdrawn", _("Handled: withdrawn")

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="reports")
    review = models.ForeignKey(
        Review, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    # Stays true when the review is deleted: its report never becomes one of the resource.
    about_review = models.BooleanField(default=False)
    user = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=16, choices=Reason)
    text = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=Status, default=Status.OPEN, db_index=True)
    handled_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    handled_at = models.DateTimeField(null=True, blank=True)
    decision = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.reason}: {self.resource_id}"
