"""Forms of the import page."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.lib.guarded_net import URL_LIMIT

_PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class GitForm(forms.Form):
    """Where the folder is."""

    address = forms.CharField(
        label=_("Address of the repository or of a folder in it"),
        max_length=URL_LIMIT,
        strip=True,
        help_text=_(
            "As your browser shows it: a public repository of GitHub, GitLab, La Forge des communs"
            " numériques…, or an nbgitpuller or Binder link."
        ),
        widget=forms.TextInput(
            attrs={**_PLAIN, "inputmode": "url", "placeholder": "https://github.com/…/tree/main/…"}
        ),
    )
    branch = forms.CharField(
        label=_("Branch"),
        max_length=250,
        required=False,
        help_text=_("Empty: the one that the address names, or the repository's main one."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    folder = forms.CharField(
        label=_("Folder"),
        max_length=1000,
        required=False,
        help_text=_("Empty: you choose it on the next page, if there are several."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
