"""Resources: published versions of projects with the metadata a teacher searches by.

Metadata follow schema.org LearningResource / LRMI and map to ScoLOMFR.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

LANGUAGE_NAMES = {"fr": _("French"), "en": _("English")}


class Resource(models.Model):
    """A published version of a project."""

    class Discipline(models.TextChoices):
        NSI = "nsi", _("NSI (computer science)")
        SNT = "snt", _("SNT (digital sciences)")
        MATHEMATICS = "mathematiques", _("Mathematics")
        PHYSICS = "physique-chimie", _("Physics and chemistry")
        SVT = "svt", _("Life and earth sciences")
        HISTORY = "histoire-geographie", _("History and geography")
        FRENCH = "francais", _("French literature")
        ENGLISH = "anglais", _("English")
        ECONOMICS = "ses", _("Economics and social sciences")
        ARTS = "arts", _("Visual arts")
        MUSIC = "musique", _("Music")

    class Level(models.TextChoices):
        SIXIEME = "sixieme", _("Sixième (age 11)")
        CINQUIEME = "cinquieme", _("Cinquième (age 12)")
        QUATRIEME = "quatrieme", _("Quatrième (age 13)")
        TROISIEME = "troisieme", _("Troisième (age 14)")
        SECONDE = "seconde", _("Seconde (age 15)")
        PREMIERE = "premiere", _("Première (age 16)")
        TERMINALE = "terminale", _("Terminale (age 17)")

    class Kind(models.TextChoices):
        LESSON = "lesson", _("Lesson")
        EXERCISE = "exercise", _("Exercise")
        PROJECT = "project", _("Project")

    slug = models.SlugField(primary_key=True, max_length=100)
    version = models.ForeignKey(
        "projects.Version", on_delete=models.PROTECT, related_name="resources"
    )
    # What those who do not teach get of exercises; it stands in a project of its own.
    released = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    abstract = models.TextField()
    discipline = models.CharField(max_length=32, choices=Discipline, db_index=True)
    levels = models.JSONField(default=list)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.LESSON)
    keywords = models.JSONField(default=list)
    objectives = models.JSONField(default=list)
    programme = models.TextField(blank=True)
    duration = models.PositiveSmallIntegerField(help_text="minutes")
    language = models.CharField(max_length=8, default="fr")
    licence = models.CharField(max_length=32, default="CC-BY-4.0")
    authors = models.JSONField(default=list)
    search_text = models.TextField(blank=True, help_text="folded: lower case, no accents")
    content_hash = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("title",)

    def __str__(self) -> str:
        return self.title

    @property
    def level_names(self) -> list[str]:
        """The levels as people say them, youngest first."""
        return [str(label) for value, label in self.Level.choices if value in self.levels]

    @property
    def language_name(self) -> str:
        return str(LANGUAGE_NAMES.get(self.language, self.language))
