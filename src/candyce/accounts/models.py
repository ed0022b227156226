"""People, organisations, classes and enrolments, in OneRoster's words (1EdTech OneRoster 1.2)."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from candyce.lib.text import fold


class Organisation(models.Model):
    """OneRoster ``org``: a school, or what groups schools (an academy, a region)."""

    class Type(models.TextChoices):
        SCHOOL = "school", _("School")
        DISTRICT = "district", _("Academy")
        NATIONAL = "national", _("Nation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    type = models.CharField(_("type"), max_length=16, choices=Type, default=Type.SCHOOL)
    identifier = models.CharField(
        _("identifier (UAI)"), max_length=32, unique=True, help_text=_("In France: 0750001A")
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class AcademicSession(models.Model):
    """OneRoster ``academicSession``: a school year of an organisation."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="sessions"
    )
    title = models.CharField(_("title"), max_length=64)
    start_date = models.DateField(_("start"))
    end_date = models.DateField(_("end"))

    class Meta:
        ordering = ("-start_date",)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "title"), name="session_title_once"),
            models.CheckConstraint(
                condition=models.Q(end_date__gt=models.F("start_date")),
                name="session_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return self.title


def normalise_username(text: str) -> str:
    """As usernames are stored: lower case, without blanks around, compatibility forms folded."""
    return unicodedata.normalize("NFKC", text).strip().lower()


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=normalise_username(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=normalise_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. What they may do comes from their roles in organisations and from enrolments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("username"), max_length=150, unique=True)
    given_name = models.CharField(_("given name"), max_length=100)
    family_name = models.CharField(_("family name"), max_length=100)
    email = models.EmailField(_("email"), blank=True)
    identifier = models.CharField(
        _("identifier"),
        max_length=64,
        blank=True,
        help_text=_("The school's own number of the person"),
    )
    language = models.CharField(_("language"), max_length=8, blank=True)
    theme = models.CharField(
        max_length=8, blank=True, choices=[("light", _("Light")), ("dark", _("Dark"))]
    )
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    signed_out_at = models.DateTimeField(null=True, blank=True)
    search_text = models.CharField(max_length=400, blank=True, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["given_name", "family_name"]

    class Meta:
        ordering = ("search_text",)  # É stands beside E on every database

    def __str__(self) -> str:
        return self.full_name

    def save(self, **options: Any) -> None:  # type: ignore[override]
        self.search_text = self.make_search_text()
        fields = options.get("update_fields")
        if fields is not None and {"given_name", "family_name", "username"} & set(fields):
            options["update_fields"] = {*fields, "search_text"}
        super().save(**options)

    def make_search_text(self) -> str:
        """What lists sort and people search by, folded; ``bulk_create`` must set it itself."""
        return fold(f"{self.family_name} {self.given_name} {self.username}")[:400]

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip() or self.username

    @property
    def sort_name(self) -> str:
        """Family name first, as class lists have it."""
        return f"{self.family_name.upper()} {self.given_name}".strip()

    @property
    def initials(self) -> str:
        return (self.given_name[:1] + self.family_name[:1]).upper() or "?"


class Role(models.Model):
    """OneRoster ``role``: what a person is in an organisation."""

    class Name(models.TextChoices):
        STUDENT = "student", _("Pupil")
        TEACHER = "teacher", _("Teacher")
        ADMINISTRATOR = "administrator", _("Administrator")
        INSPECTOR = "inspector", _("Inspector")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="roles")
    name = models.CharField(max_length=16, choices=Name)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation", "name"), name="role_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.name}"


class Class(models.Model):
    """OneRoster ``class``: pupils and teachers who work together during an academic session."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="classes")
    session = models.ForeignKey(AcademicSession, on_delete=models.PROTECT, related_name="classes")
    title = models.CharField(_("title"), max_length=100)
    level = models.CharField(_("level"), max_length=32, blank=True)
    subject = models.CharField(_("discipline"), max_length=64, blank=True)

    class Meta:
        ordering = ("title",)
        verbose_name_plural = "classes"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "session", "title"), name="class_title_once"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Enrolment(models.Model):
    """OneRoster ``enrollment``: a person in a class, as pupil or teacher."""

    class Role(models.TextChoices):
        STUDENT = "student", _("Pupil")
        TEACHER = "teacher", _("Teacher")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="enrolments")
    school_class = models.ForeignKey(Class, on_delete=models.CASCADE, related_name="enrolments")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "school_class"), name="enrolment_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.school_class_id}"


class AuditEntry(models.Model):
    """Who did what to what. Written in the same transaction as the deed, never changed."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    verb = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("object_type", "object_id")),)

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"


class SignInAttempt(models.Model):
    """A failed sign-in, kept for the throttle only (purged after an hour)."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    username = models.CharField(
        max_length=150, db_index=True, help_text="keyed hash: people type passwords here by mistake"
    )
    address = models.GenericIPAddressField(null=True)

    def __str__(self) -> str:
        return f"{self.username[:8]} at {self.at}"


class ImportDraft(models.Model):
    """A file of people read and shown but not yet confirmed. Personal data: purged after an hour.

    ``digest`` is that of the plan that was shown; the confirmed run must come to the same one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(AcademicSession, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    move_pupils = models.BooleanField(default=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.file_name
