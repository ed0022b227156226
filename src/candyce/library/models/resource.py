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
        ASSESSMENT = "assessment", _("Assessment")

    class Visibility(models.TextChoices):
        """Who may find and read it; each includes those before."""

        ME = "me", _("The authors only")
        ESTABLISHMENT = "establishment", _("Teachers of the establishment")
        TEACHERS = "teachers", _("All teachers")
        EVERYONE = "everyone", _("Everyone")

    slug = models.SlugField(primary_key=True, max_length=100)
    version = models.ForeignKey(
        "projects.Version", on_delete=models.PROTECT, related_name="resources"
    )
    # What those who do not teach get of exercises; it stands in a project of its own.
    released = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Who published it; nobody for what ships with Candyce.
    owner = models.ForeignKey(
        "accounts.User",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="owned_resources",
    )
    co_authors = models.ManyToManyField(
        "accounts.User", blank=True, related_name="co_authored_resources"
    )
    visibility = models.CharField(
        max_length=16, choices=Visibility, default=Visibility.EVERYONE, db_index=True
    )
    establishment = models.ForeignKey(
        "accounts.Organisation",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="resources",
    )
    # A moderator withdrew it: its authors may put it right, not put it back.
    moderated_at = models.DateTimeField(null=True, blank=True)
    # Unpublished: found by its authors alone, while links from assignments and adaptations hold.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # The project in which it is written: publishing again takes it from there.
    source = models.ForeignKey(
        "projects.Project",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="publications",
    )
    adapted_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="adaptations"
    )
    adapted_edition = models.ForeignKey(
        "library.Edition", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # How the original was cited when this was made of it: kept when it cannot be read any more.
    origin = models.JSONField(default=dict, blank=True)
    title = models.CharField(max_length=200)
    abstract = models.TextField()
    discipline = models.CharField(max_length=32, choices=Discipline, db_index=True)
    levels = models.JSONField(default=list)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.LESSON)
    keywords = models.JSONField(default=list)
    objectives = models.JSONField(default=list)
    programme = models.TextField(blank=True)
    theme = models.CharField(max_length=100, blank=True, db_index=True)
    rank = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="place in the year's progression of its discipline and level",
    )
    kernel = models.CharField(max_length=64, default="python")
    packages = models.JSONField(default=list, help_text="names that it imports and Python lacks")
    environment = models.CharField(max_length=200, blank=True, help_text="the lock it is bound to")
    offline = models.BooleanField(default=True, help_text="works without a network")
    doi = models.CharField(max_length=200, blank=True)
    duration = models.PositiveSmallIntegerField(help_text="minutes")
    language = models.CharField(max_length=8, default="fr")
    licence = models.CharField(max_length=32, default="CC-BY-4.0")
    licence_text = models.TextField(
        blank=True, help_text="the authors' own terms, where it is that"
    )
    authors = models.JSONField(default=list)
    search_text = models.TextField(blank=True, help_text="folded: lower case, no accents")
    content_hash = models.CharField(max_length=64, blank=True)
    # What the last complete execution of `version` said; `Execution` has all of them.
    executed_at = models.DateTimeField(null=True, blank=True)
    execution = models.CharField(max_length=16, blank=True, db_index=True)
    # What colleagues and inspectors say, summed up for cards and search: `library.opinions` writes it.
    rating = models.FloatField(null=True, blank=True, help_text="mean of all criteria, 1 to 5")
    rating_count = models.PositiveIntegerField(default=0, help_text="people who rated")
    recommendation = models.JSONField(default=dict, blank=True)
    # Of its `Thumbnail`: {"digest", "description"}; empty before there is one.
    picture = models.JSONField(default=dict, blank=True)
    published_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("title",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(moderated_at=None) | models.Q(withdrawn_at__isnull=False),
                name="moderated_is_withdrawn",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def level_names(self) -> list[str]:
        """The levels as people say them, youngest first."""
        return [str(label) for value, label in self.Level.choices if value in self.levels]

    @property
    def language_name(self) -> str:
        return str(LANGUAGE_NAMES.get(self.language, self.language))


class Edition(models.Model):
    """One published state of a resource; numbers begin at 1 and have no holes."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    version = models.ForeignKey("projects.Version", on_delete=models.PROTECT, related_name="+")
    released = models.ForeignKey(
        "projects.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # For whom it was published: the resource's own may be wider by now.
    visibility = models.CharField(
        max_length=16, choices=Resource.Visibility, default=Resource.Visibility.ME
    )
    establishment = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Older than what a moderator let back: only its authors read it.
    hidden_at = models.DateTimeField(null=True, blank=True)
    notes = models.TextField(blank=True)
    author = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    published_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("resource", "number"), name="edition_number_once"),
        )

    def __str__(self) -> str:
        return f"{self.resource_id} {self.number}"


class Execution(models.Model):
    """One run of all notebooks of a version from top to bottom, in a kernel that starts empty."""

    class Result(models.TextChoices):
        PASSED = "passed", _("It works")
        FAILED = "failed", _("A cell fails")
        TOO_LONG = "too_long", _("It takes too long")
        WAITING = "waiting", _("It waits for somebody to type")
        UNAVAILABLE = "unavailable", _("It could not be tried here")

    # Results that say something of the resource, and messages of ``unavailable`` that do as well:
    # what there is ran, but that is nothing, or not all.
    KNOWN = (Result.PASSED, Result.FAILED, Result.TOO_LONG)
    NOT_WHOLE = ("too_many", "skipped", "nothing")

    version = models.ForeignKey(
        "projects.Version", on_delete=models.CASCADE, related_name="executions"
    )
    started_at = models.DateTimeField(auto_now_add=True, db_index=True)
    seconds = models.FloatField(default=0)
    result = models.CharField(max_length=16, choices=Result)
    kernel = models.CharField(
        max_length=100, blank=True, help_text="e.g. Pyodide 0.29, Python 3.13"
    )
    environment = models.CharField(max_length=200, blank=True)
    path = models.CharField(max_length=500, blank=True, help_text="the notebook that failed")
    cell = models.PositiveIntegerField(null=True, blank=True, help_text="from 0, in that notebook")
    message = models.TextField(blank=True, help_text="the last line of the error")

    class Meta:
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"{self.version_id} {self.result}"

    @property
    def is_known(self) -> bool:
        """Whether it says something of the resource, not only of this server on that day."""
        return self.result in self.KNOWN or self.message in self.NOT_WHOLE


class Outputs(models.Model):
    """What the notebook that a version shows first gave when it was executed here, with its cells."""

    version = models.OneToOneField(
        "projects.Version", on_delete=models.CASCADE, related_name="outputs"
    )
    path = models.CharField(max_length=500)
    notebook = models.BinaryField(help_text="nbformat 4, JSON, compressed with zlib")
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.version_id} {self.path}"


class Thumbnail(models.Model):
    """A small picture of a real output of the resource, made once for a version."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="thumbnail")
    version = models.ForeignKey("projects.Version", on_delete=models.CASCADE, related_name="+")
    image = models.BinaryField()
    mimetype = models.CharField(max_length=32, default="image/webp")
    digest = models.CharField(max_length=64, db_index=True)
    description = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.resource_id} {self.digest[:8]}"
