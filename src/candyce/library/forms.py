"""The search form of the library."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.library.models import Resource


class SearchForm(forms.Form):
    """Everything optional; a value that does not exist is passed over."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=500,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("a notion, a title, a word…")}
        ),
    )
    discipline = forms.ChoiceField(
        label=_("Discipline"),
        required=False,
        choices=[("", _("All disciplines")), *Resource.Discipline.choices],
    )
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("All levels")), *Resource.Level.choices]
    )

    def get_choices(self) -> dict[str, str]:
        """What is asked for, valid values only."""
        self.is_valid()
        clean = self.cleaned_data
        return {
            "text": clean.get("q", self.data.get("q", "")[:500]),
            "discipline": clean.get("discipline", ""),
            "level": clean.get("level", ""),
        }
