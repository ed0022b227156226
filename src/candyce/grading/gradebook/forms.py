"""What is typed on the gradebook's page: a period, and coefficients in the head of the table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from candyce.assignments.forms import MarkField
from candyce.assignments.models import Assignment
from candyce.grading.gradebook.actions import MOST
from candyce.grading.gradebook.book import Column


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class PeriodForm(forms.Form):
    """The first and the last day of the work that is shown; each may be empty."""

    start = _day(pgettext_lazy("a day", "From"))
    end = _day(pgettext_lazy("a day", "To"))

    def __init__(self, data: Any) -> None:
        super().__init__(data, label_suffix="")

    def get_days(self) -> dict[str, date | None]:
        """What can be read; a day that cannot be is as good as none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("start", "end")}


class CoefficientsForm(forms.Form):
    """A field for each column, with the value that the person saw: only what was changed is written."""

    def __init__(self, columns: Iterable[Column], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.columns = tuple(columns)
        for column in self.columns:
            title = column.assignment.title
            self.fields[_name(column)] = field = MarkField(
                label=_("Coefficient of %(title)s") % {"title": title},
                min_value=Decimal(0),
                max_value=MOST,
                initial=column.coefficient,
            )
            field.widget.attrs |= {"form": "coefficients", "size": 3}
            message = _("%(title)s: write a coefficient from 0 to 100, with at most two decimals.")
            for code in ("required", "invalid", "max_digits", "max_decimal_places"):
                field.error_messages[code] = message % {"title": title}
            for validator in field.validators:
                validator.message = message % {"title": title}  # type: ignore[attr-defined]
            self.fields[f"was-{column.assignment.pk}"] = MarkField(
                required=False,
                initial=column.coefficient,
            )
            hidden = forms.HiddenInput(attrs={"form": "coefficients", "autocomplete": "off"})
            self.fields[f"was-{column.assignment.pk}"].widget = hidden

    @property
    def heads(self) -> list[tuple[Column, forms.BoundField, forms.BoundField]]:
        return [
            (column, self[_name(column)], self[f"was-{column.assignment.pk}"])
            for column in self.columns
        ]

    def get_changes(self) -> dict[Assignment, Decimal]:
        """Of a valid form."""
        data = self.cleaned_data
        return {
            column.assignment: data[_name(column)]
            for column in self.columns
            if data[_name(column)] != data[f"was-{column.assignment.pk}"]
        }


def _name(column: Column) -> str:
    return f"coefficient-{column.assignment.pk}"
