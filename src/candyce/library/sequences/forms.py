"""Forms of collections. Rules that hold everywhere stand in the actions; forms read what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import Organisation, User
from candyce.lib.forms import RefusableForm
from candyce.library.access import staff_organisations
from candyce.library.models import Collection, Resource
from candyce.library.sequences.actions import DESCRIPTION, NOTE, Said


class CollectionForm(RefusableForm):
    """What a person says of a collection."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            ("sequence", _("A sequence: steps that follow one another")),
            ("collection", _("A collection: resources kept together")),
        ],
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=DESCRIPTION,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For whom, what for, in what order: what a colleague wants to know."),
    )
    visibility = forms.ChoiceField(label=_("Who may read it"), widget=forms.RadioSelect)
    establishment = forms.ModelChoiceField(
        label=_("Establishment"), queryset=Organisation.objects.none(), required=False
    )
    discipline = forms.ChoiceField(
        label=_("Discipline"),
        required=False,
        choices=[("", _("As its resources")), *Resource.Discipline.choices],
    )
    levels = forms.MultipleChoiceField(
        label=_("Levels"),
        required=False,
        choices=Resource.Level.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: those of its resources."),
    )

    def __init__(self, user: User, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        mine = staff_organisations(user).order_by("name")
        self.fields["establishment"].queryset = mine  # type: ignore[attr-defined]
        self.fields["visibility"].choices = [  # type: ignore[attr-defined]
            ("me", _("Me alone")),
            *[one for one in Resource.Visibility.choices if one[0] != "me"],
        ]
        self.several = len(mine[:2]) > 1

    def get_said(self) -> Said:
        return Said(**self.cleaned_data)


def get_initial(collection: Collection) -> dict[str, Any]:
    """A collection as the form shows it."""
    return {
        "kind": collection.kind,
        "title": collection.title,
        "description": collection.description,
        "visibility": collection.visibility,
        "establishment": collection.establishment_id,
        "discipline": collection.discipline,
        "levels": collection.levels,
    }


class MoveForm(forms.Form):
    """By how many places, or to which."""

    by = forms.IntegerField(required=False, min_value=-1000, max_value=1000)
    to = forms.IntegerField(required=False, min_value=0, max_value=1000)


class NoteForm(forms.Form):
    note = forms.CharField(required=False, max_length=NOTE, strip=True)
