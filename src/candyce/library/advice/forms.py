"""What a teacher decides about recommendations."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.library.models import Reader, Resource


class PreferencesForm(forms.Form):
    """Everything optional: nothing chosen means that it is guessed."""

    disciplines = forms.MultipleChoiceField(
        label=_("Disciplines I teach"),
        choices=Resource.Discipline.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    levels = forms.MultipleChoiceField(
        label=_("Levels I teach"),
        choices=Resource.Level.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    recommendations = forms.BooleanField(
        label=_("Advise me resources from what I do in the library"), required=False
    )


def make_initial(reader: Reader) -> dict[str, object]:
    return {
        "disciplines": reader.disciplines,
        "levels": reader.levels,
        "recommendations": reader.recommendations,
    }
