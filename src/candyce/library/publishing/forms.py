"""The form that describes a resource. It keeps what was typed, cleans it, and says what is missing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import Organisation, User
from candyce.lib.text import fold
from candyce.library import licences
from candyce.library.doi import clean_doi
from candyce.library.models import LANGUAGE_NAMES, Resource
from candyce.library.origin import is_written_by
from candyce.library.peers.mixing import make_query
from candyce.library.publishing.access import colleagues, teaching_organisations
from candyce.library.publishing.fields import LineField, ListField, ProseField

KEPT = 20_000  # characters of one field that a draft keeps
ABSTRACT_MIN, ABSTRACT_MAX = 50, 1000
EDITION, SEPARATE = "edition", "separate"
VISIBILITY_HINTS = {
    "me": _("You and your co-authors. Good to keep a draft, or to try it with your own classes."),
    "establishment": _("Those who teach or administer in the establishment, and its inspectors."),
    "teachers": _(
        "Whoever teaches, inspects or administers, in any establishment. Not the pupils."
    ),
    "everyone": _(
        "Everybody, even without an account: pupils, families, search engines. Solutions and hidden tests"
        " stay with those who teach."
    ),
}


class DescribeForm(forms.Form):
    """What a resource is, for whom, and who sees it."""

    title = LineField(label=_("Title"), max_length=200, min_length=3)
    abstract = ProseField(
        label=_("Abstract"),
        min_length=ABSTRACT_MIN,
        max_length=ABSTRACT_MAX,
        help_text=_("50 characters at least: what pupils do, and what they find out."),
    )
    discipline = forms.ChoiceField(
        label=_("Discipline"), choices=[("", _("Choose…")), *Resource.Discipline.choices]
    )
    levels = forms.MultipleChoiceField(
        label=_("Levels"), choices=Resource.Level.choices, widget=forms.CheckboxSelectMultiple
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Resource.Kind.choices)
    duration = forms.IntegerField(
        label=_("Duration in minutes"), min_value=5, max_value=3000, help_text=_("For most pupils.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGE_NAMES.items()))
    objectives = ListField(
        label=_("Objectives"), required=False, most=12, longest=300, rows=4,
        help_text=_("One a line: what pupils can do afterwards."),
    )  # fmt: skip
    keywords = ListField(
        label=_("Keywords"), required=False, most=15, longest=60, commas=True,
        help_text=_("Between commas."),
    )  # fmt: skip
    theme = LineField(label=_("Theme of the programme"), required=False, max_length=100)
    programme = ProseField(
        label=_("In the programme"), required=False, max_length=1000,
        help_text=_("The passage of the official programme that it serves."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    packages = ListField(
        label=_("Packages"), required=False, most=30, longest=60, commas=True,
        help_text=_("Found in the code: what it imports and Python lacks."),
    )  # fmt: skip
    offline = forms.BooleanField(label=_("Works without a network"), required=False)
    authors = ListField(
        label=_("Authors’ names"), most=20, longest=100, rows=2, help_text=_("One a line, as they are to be cited.")
    )  # fmt: skip
    co_authors = ListField(
        label=_("Co-authors"), required=False, most=20, longest=150, rows=2,
        help_text=_("Colleagues of your establishment, by name or username, one a line. Each is asked first."),
    )  # fmt: skip
    licence = forms.ChoiceField(
        label=_("Licence"), choices=licences.get_choices, help_text=_("What others may do with it.")
    )
    licence_text = ProseField(
        label=_("Your own terms"), required=False, max_length=4000,
        help_text=_("Only for “Terms written by the authors”."), widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    doi = LineField(
        label=_("DOI"), required=False, max_length=240,
        help_text=_("If it has one, for example from Zenodo or HAL."),
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label=_("Who sees it"), choices=Resource.Visibility.choices, widget=forms.RadioSelect
    )
    establishment = forms.ModelChoiceField(
        label=_("Establishment"), queryset=Organisation.objects.none(), required=False
    )

    def __init__(
        self,
        *args: Any,
        user: User,
        resource: Resource | None = None,
        original: Resource | None = None,
        **options: Any,
    ):
        super().__init__(*args, **options)
        self.user, self.resource, self.original = user, resource, original
        if resource is not None and not licences.is_known(resource.licence):
            licence = self.fields["licence"]
            assert isinstance(licence, forms.ChoiceField)
            licence.choices = [(resource.licence, resource.licence), *licences.get_choices()]
        own = teaching_organisations(user)
        if resource is not None and resource.establishment_id:
            own = own | Organisation.objects.filter(pk=resource.establishment_id)
        choice = self.fields["establishment"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = own.distinct()
        self.establishments = list(own.distinct())
        if resource is not None and resource.owner_id != user.pk:
            del self.fields["co_authors"]

    @property
    def visibilities(self) -> list[tuple[Any, Any]]:
        """The radio buttons, each with the sentence that says who sees it."""
        return [(one, VISIBILITY_HINTS[one.data["value"]]) for one in self["visibility"]]

    def clean_levels(self) -> list[str]:
        chosen = self.cleaned_data["levels"]
        return [value for value in Resource.Level.values if value in chosen]

    def clean_doi(self) -> str:
        doi = clean_doi(self.cleaned_data["doi"])
        if self.cleaned_data["doi"] and not doi:
            raise forms.ValidationError(_("This is no DOI: it begins with 10. and has a slash."))
        return doi

    def clean_co_authors(self) -> list[User]:
        found: list[User] = []
        people = self._list_people()
        for typed in self.cleaned_data["co_authors"]:
            wanted = fold(typed)
            matches = [
                one for one in people
                if wanted in {fold(one.username), fold(one.full_name), fold(one.sort_name)}
            ]  # fmt: skip
            if len(matches) != 1:
                text = _(
                    "No colleague of yours is called “%(name)s”: look at the spelling, or give the username."
                )
                raise forms.ValidationError(text % {"name": typed})
            found += [one for one in matches if one not in found]
        return found

    def _list_people(self) -> list[User]:
        """Colleagues, and who was asked already: they may have left, or have no account to sign in with any more."""
        people = list(colleagues(self.user))
        if self.resource is not None:
            people += self.resource.co_authors.all()
            people += (one.user for one in self.resource.invitations.select_related("user"))
        return list(dict.fromkeys(people))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("licence") == licences.OWN and not values.get("licence_text"):
            self.add_error("licence_text", _("Write the terms, or choose a licence."))
        self._check_original(values)
        if values.get("visibility") == Resource.Visibility.ESTABLISHMENT:
            if values.get("establishment") is None and len(self.establishments) == 1:
                values["establishment"] = self.establishments[0]
            if values.get("establishment") is None and "establishment" not in self.errors:
                self.add_error("establishment", _("Choose for which establishment."))
        else:
            values["establishment"] = None
        return values

    def _check_original(self, values: dict[str, Any]) -> None:
        """What is made of another's work keeps to its licence, unless nobody else is to see it."""
        verdict = self.get_verdict(values.get("licence", ""))
        if verdict is None or verdict.allowed or "licence" not in values:
            return
        if values.get("visibility") != Resource.Visibility.ME:
            self.add_error("licence", verdict.sentence)

    def get_verdict(self, licence: str) -> licences.Verdict | None:
        """What the original's licence says of this one; None for what was made from nothing."""
        if self.original is None:
            return None
        alone = is_written_by(self.original, {self.user.pk})
        return licences.explain(self.original.licence, licence, same_authors=alone)

    @property
    def verdict(self) -> licences.Verdict | None:
        """For the licence that stands in the form."""
        return self.get_verdict(self["licence"].value() or "")

    @property
    def mix_query(self) -> str:
        """The question of what may be mixed, for the licences of this work and of its original."""
        mixed = [self["licence"].value() or "", *([self.original.licence] if self.original else [])]
        return make_query(one for one in mixed if one)

    def get_values(self) -> dict[str, Any]:
        """Fields of :class:`Resource`."""
        apart = {"co_authors", "target", "notes"}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}


class PublishForm(DescribeForm):
    """The description, and what concerns this edition."""

    target = forms.ChoiceField(label=_("Publish it as"), widget=forms.RadioSelect)
    notes = ProseField(
        label=_("Notes of this edition"), required=False, max_length=2000,
        help_text=_("What is new, for those who use an earlier edition."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, targets: list[tuple[str, Any]], **options: Any):
        super().__init__(*args, **options)
        field = self.fields["target"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = targets
        if len(targets) < 2:  # nothing to choose
            del self.fields["target"]


def keep_typed(data: QueryDict, form: DescribeForm) -> dict[str, Any]:
    """What stands in the form, as typed: for the draft."""
    kept: dict[str, Any] = {}
    for name, field in form.fields.items():
        if isinstance(field, forms.MultipleChoiceField):
            kept[name] = data.getlist(name)[:20]
        elif isinstance(field, forms.BooleanField):
            kept[name] = bool(data.get(name))
        else:
            kept[name] = (
                data.get(name, "").replace("\0", "").encode("utf-8", "replace").decode()[:KEPT]
            )
    return kept


def describe_resource(resource: Resource) -> dict[str, Any]:
    """What the form shows of a resource that exists."""
    names = (
        "title", "abstract", "discipline", "levels", "kind", "duration", "language", "objectives", "keywords",
        "theme", "programme", "packages", "offline", "authors", "licence", "licence_text", "doi", "visibility",
    )  # fmt: skip
    values = {name: getattr(resource, name) for name in names}
    values["establishment"] = resource.establishment_id and str(resource.establishment_id)
    asked = resource.invitations.select_related("user")
    people = [*resource.co_authors.all(), *(one.user for one in asked)]
    values["co_authors"] = [one.username for one in people]
    return values
