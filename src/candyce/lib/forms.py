"""What forms of all rooms have in common."""

from __future__ import annotations

from django import forms

from candyce.lib.errors import CandyceError


class RefusableForm(forms.Form):
    """A form that can show an action's refusal, at the fields that it names or above them."""

    def add_error_of(self, error: CandyceError) -> None:
        for name, text in error.fields.items():
            self.add_error(name if name in self.fields else None, str(text))
        if not error.fields:
            self.add_error(None, str(error))
