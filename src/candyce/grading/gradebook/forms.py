"""What is typed on the gradebook's page: a period, and coefficients in the head of the table."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from candyce.assignments.forms import MarkField
from candyce.grading.gradebook.actions import MOST
from candyce.grading.gradebook.book import Column, Link
from candyce.grading.gradebook.models import LineItem
from candyce.grading.gradebook.skills import Framework, get_frameworks
from candyce.lib.forms import RefusableForm
from candyce.lib.text import fold

ITEM_FIELDS = ("title", "day", "mark_max", "coefficient")
PERIODS = 8


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label, required=required, widget=widget, input_formats=["%Y-%m-%d"]
    )


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
            title = column.title
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
            self.fields[f"was-{column.key}"] = MarkField(
                required=False,
                initial=column.coefficient,
            )
            hidden = forms.HiddenInput(attrs={"form": "coefficients", "autocomplete": "off"})
            self.fields[f"was-{column.key}"].widget = hidden

    @property
    def heads(self) -> list[tuple[Column, forms.BoundField, forms.BoundField]]:
        return [(column, self[_name(column)], self[f"was-{column.key}"]) for column in self.columns]

    def get_changes(self) -> dict[Column, Decimal]:
        """Of a valid form."""
        data = self.cleaned_data
        return {
            column: data[_name(column)]
            for column in self.columns
            if data[_name(column)] != data[f"was-{column.key}"]
        }


def _name(column: Column) -> str:
    return f"coefficient-{column.key}"


class ItemForm(RefusableForm):
    """A column without an assignment."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    mark_max = MarkField(
        label=gettext_lazy("Marked out of"), min_value=Decimal("0.01"), initial=Decimal(20)
    )
    coefficient = MarkField(
        label=gettext_lazy("Coefficient"), min_value=Decimal(0), max_value=MOST, initial=Decimal(1)
    )
    told = forms.BooleanField(
        label=gettext_lazy("Pupils read their marks of this column"), required=False
    )

    def __init__(self, data: Any = None, *, item: LineItem | None = None) -> None:
        initial: dict[str, Any] = {"day": timezone.localdate()}
        if item:
            initial = {name: getattr(item, name) for name in ITEM_FIELDS}
            initial["told"] = item.told_at is not None
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["day"] = _day(pgettext_lazy("of a test", "Date"), required=True)
        self.order_fields(["title", "day", "mark_max", "coefficient", "told"])


class PeriodRow(forms.Form):
    """A part of the year; an empty row is none."""

    title = forms.CharField(label=gettext_lazy("Name"), max_length=60, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "label_suffix": ""})
        self.fields["start"] = _day(gettext_lazy("First day"))
        self.fields["end"] = _day(gettext_lazy("Last day"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            name: self.cleaned_data.get(name) for name in ("title", "start", "end")
        }
        if self.errors or not any(data.values()):
            return data
        if not all(data.values()):
            raise forms.ValidationError(_("A period needs a name and two days."))
        if data["end"] < data["start"]:
            raise forms.ValidationError(_("The last day is before the first."))
        return data


class PeriodsBase(forms.BaseFormSet):
    def clean(self) -> None:
        titles = [fold(title) for title, _start, _end in self.get_periods()]
        if len(set(titles)) < len(titles):
            raise forms.ValidationError(_("Two periods have the same name."))

    def get_periods(self) -> list[tuple[str, date, date]]:
        """Those that were filled in."""
        found = [getattr(form, "cleaned_data", {}) for form in self.forms]
        return [(one["title"], one["start"], one["end"]) for one in found if one.get("title")]


PeriodsForm = forms.formset_factory(
    PeriodRow, formset=PeriodsBase, extra=0, max_num=PERIODS, absolute_max=PERIODS
)


class ImportForm(forms.Form):
    """The gradebook's CSV; ``text`` and ``digest`` come back from the page that showed what would change."""

    file = forms.FileField(label=gettext_lazy("The CSV file"))
    clear = forms.BooleanField(
        label=gettext_lazy("Empty cells take away the marks that are there"), required=False
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, label_suffix="")


class LinksForm(forms.Form):
    """The skills that a column works on: ticked, or with the level that full points show."""

    def __init__(self, column: Column, data: Any = None) -> None:
        now = {link.skill: link.target for link in column.links}
        super().__init__(data, label_suffix="")
        for framework in get_frameworks():
            levels = [(str(number), name) for number, name in enumerate(framework.levels, 1)]
            for skill in framework.skills:
                label = f"{skill.short} {skill.title}"
                field: forms.Field
                if framework.targets:
                    choices = [("", _("not worked on")), *levels]
                    field = forms.ChoiceField(label=label, required=False, choices=choices)
                    field.initial = str(now.get(skill.code) or "")
                else:
                    field = forms.BooleanField(label=label, required=False)
                    field.initial = skill.code in now
                self.fields[skill.code] = field

    @property
    def frameworks(self) -> list[tuple[Framework, list[tuple[str, list[forms.BoundField]]]]]:
        """Fields by framework and domain."""
        return [
            (one, [(domain.title, [self[s.code] for s in domain.skills]) for domain in one.domains])
            for one in get_frameworks()
        ]

    def get_links(self) -> list[Link]:
        """Of a valid form."""
        return [
            Link(code, int(value) if isinstance(value, str) else None)
            for code, value in self.cleaned_data.items()
            if value
        ]
