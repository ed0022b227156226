"""The form that gives a sequence whole: the rhythm proposes dates, which stand in a table to be changed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from candyce.accounts.access import taught_classes
from candyce.accounts.models import Class, User
from candyce.assignments.actions.sequences import Step
from candyce.assignments.forms import MOMENT, GivenForm, make_moment
from candyce.assignments.sequences import Plan, Rhythm
from candyce.library.models import CollectionItem

YEARS = range(2000, 2100)


class RhythmForm(forms.Form):
    """From when, how often, how long for each."""

    first = make_moment(_("First step opens"), "")
    rhythm = forms.ChoiceField(label=_("Rhythm"), choices=Rhythm.choices, widget=forms.RadioSelect)
    days = forms.TypedMultipleChoiceField(
        label=_("Days"),
        required=False,
        coerce=int,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    given = forms.IntegerField(
        label=_("Days to hand in"),
        required=False,
        min_value=1,
        max_value=366,
        help_text=_("For each step. Empty: no limit."),
    )

    def __init__(self, data: Any = None) -> None:
        initial = {"first": get_next_monday(), "rhythm": Rhythm.WEEKLY, "given": 7}
        super().__init__(data, initial=initial, label_suffix="")
        self.fields["first"].required = True
        self.fields["first"].help_text = _("Holidays are for you to skip, in the table below.")

    def clean_first(self) -> datetime:
        first: datetime = self.cleaned_data["first"]
        if first.year not in YEARS:
            raise forms.ValidationError(_("Choose a date of this century."))
        return first

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if clean.get("rhythm") == Rhythm.DAYS and not clean.get("days"):
            self.add_error("days", _("Tick at least one day."))
        return clean

    def get_plan(self) -> Plan:
        """Of a form that is valid, or of one that nobody has filled in."""
        if not self.is_bound:
            return Plan(self.initial["first"], self.initial["rhythm"], (), self.initial["given"])
        clean = self.cleaned_data
        return Plan(clean["first"], clean["rhythm"], clean["days"], clean["given"])


def get_next_monday() -> datetime:
    """Next Monday at eight."""
    now = timezone.localtime().replace(hour=8, minute=0, second=0, microsecond=0, tzinfo=None)
    return timezone.make_aware(now + timedelta(days=7 - now.weekday()))


def say_plan(plan: Plan) -> str:
    """A plan in a line, by which a form tells whether its dates are of this one."""
    days = ",".join(map(str, sorted(plan.days)))
    first = timezone.localtime(plan.first).strftime(MOMENT)
    return f"{first} {plan.rhythm} {days} {plan.given or ''}"


class Row(NamedTuple):
    """A step in the table."""

    item: CollectionItem
    take: forms.BoundField
    opens: forms.BoundField
    due: forms.BoundField


class SequenceForm(GivenForm):
    """To whom, and which steps when: fields ``take_…``, ``opens_at_…`` and ``due_at_…`` for each item."""

    ahead = forms.BooleanField(label=_("Pupils see the steps to come"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)
    planned = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        user: User,
        items: Sequence[CollectionItem],
        data: Any = None,
        *,
        initial: dict[str, Any],
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="")
        classes = Class.objects.filter(pk__in=taught_classes(user).values("pk"))
        self.fields["classes"].queryset = classes.order_by("title")  # type: ignore[attr-defined]
        self.items = items
        for item in items:
            self.fields[f"take_{item.pk}"] = forms.BooleanField(required=False)
            self.fields[f"opens_at_{item.pk}"] = make_moment(_("Opens"), "")
            self.fields[f"due_at_{item.pk}"] = make_moment(_("To hand in by"), "")

    @property
    def rows(self) -> list[Row]:
        return [
            Row(item, *(self[f"{name}_{item.pk}"] for name in ("take", "opens_at", "due_at")))
            for item in self.items
        ]

    def get_steps(self) -> list[Step]:
        """What is ticked, in the collection's order."""
        clean = self.cleaned_data
        return [
            Step(
                item.resource,
                clean[f"opens_at_{item.pk}"],
                clean[f"due_at_{item.pk}"],
                name=f"_{item.pk}",
            )
            for item in self.items
            if clean[f"take_{item.pk}"]
        ]


def get_first_values(title: str, items: Sequence[CollectionItem], plan: Plan) -> dict[str, Any]:
    """A form that nobody has filled in: all steps, at the dates of the plan."""
    values: dict[str, Any] = {"title": title, "ahead": True, "key": uuid.uuid4()}
    return values | get_dates([item.pk for item in items], items, plan)


def get_values_again(data: Any, items: Sequence[CollectionItem], plan: Plan) -> dict[str, Any]:
    """What was typed, with the dates of another plan; steps that are not ticked have none."""
    values = {name: data.get(name, "") for name in ("title", "ahead", "key")}
    values["classes"] = data.getlist("classes")
    ticked = [item.pk for item in items if data.get(f"take_{item.pk}")]
    return values | get_dates(ticked, items, plan)


def get_dates(ticked: list[int], items: Sequence[CollectionItem], plan: Plan) -> dict[str, Any]:
    dates = dict(zip(ticked, plan.get_dates(len(ticked)), strict=True))
    values: dict[str, Any] = {"planned": say_plan(plan)}
    for item in items:
        opens_at, due_at = dates.get(item.pk, (None, None))
        values[f"take_{item.pk}"] = item.pk in dates
        values[f"opens_at_{item.pk}"], values[f"due_at_{item.pk}"] = opens_at, due_at
    return values
