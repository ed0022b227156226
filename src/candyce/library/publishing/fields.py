"""Fields that clean what is typed before they judge it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from candyce.library.publishing.texts import clean_line, clean_text, join_lines, split_lines


class LineField(forms.CharField):
    """One line of text."""

    def to_python(self, value: Any) -> str:
        return super().to_python(clean_line(str(value or ""))) or ""


class ProseField(forms.CharField):
    """Some lines of text."""

    widget = forms.Textarea(attrs={"rows": 4})

    def to_python(self, value: Any) -> str:
        return super().to_python(clean_text(str(value or ""))) or ""


class ListField(forms.Field):
    """Values one a line, or between commas: a list of at most ``most``, each of at most ``longest`` characters."""

    def __init__(
        self, *, most: int, longest: int, commas: bool = False, rows: int = 3, **options: Any
    ):
        self.most, self.longest, self.commas = most, longest, commas
        widget = forms.TextInput() if commas else forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return ", ".join(value) if self.commas else join_lines(value)
        return value

    def to_python(self, value: Any) -> list[str]:
        return split_lines(str(value or ""), commas=self.commas)

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > self.most:
            message = ngettext("%(n)s value at most.", "%(n)s values at most.", self.most)
            raise forms.ValidationError(message % {"n": self.most})
        for one in value:
            if len(one) > self.longest:
                shown = {"start": one[:30], "limit": self.longest}
                text = _("“%(start)s…” is too long: %(limit)s characters at most.")
                raise forms.ValidationError(text % shown)
