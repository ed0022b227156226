"""Forms of the room's pages."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.projects.access import COMMENT, READ, WRITE
from candyce.projects.actions import TITLE_LIMIT


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Search in my projects"), required=False, max_length=200)


class TitleForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), max_length=TITLE_LIMIT, widget=forms.TextInput(attrs={"autofocus": True})
    )


class NewProjectForm(TitleForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_LIMIT,
        required=False,
        help_text=_("It can be changed at any time."),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Notebook or zip file"),
        max_length=1000,
        allow_empty_file=True,
        help_text=_("Drop the file here or choose it: .ipynb, .md (MyST) or .zip."),
        widget=forms.ClearableFileInput(attrs={"accept": ".ipynb,.zip,.md"}),
    )


RIGHTS = {
    "read": (_("read"), {READ}),
    "write": (_("read and write"), {READ, COMMENT, WRITE}),
}


class MemberForm(forms.Form):
    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    right = forms.ChoiceField(
        label=_("May"), choices=[(name, label) for name, (label, _rights) in RIGHTS.items()]
    )
