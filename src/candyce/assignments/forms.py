"""Forms of the room. Rules that hold everywhere stand in the actions; forms read what was typed."""

from __future__ import annotations

from dataclasses import asdict, fields
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.accounts.access import taught_classes
from candyce.accounts.models import Class, User
from candyce.assignments import queries
from candyce.assignments.actions.copies import APPRAISAL_LIMIT
from candyce.assignments.groups import LARGEST, SMALLEST
from candyce.assignments.marks import say_mark
from candyce.assignments.models import LATE_GRACE_MAX, Assignment, Copy
from candyce.assignments.timing import TimeRules, get_rules
from candyce.lib.forms import RefusableForm

MOMENT = "%Y-%m-%dT%H:%M"
RULES = tuple(one.name for one in fields(TimeRules))


class MarkField(forms.DecimalField):
    """A number with at most two decimals, written with a comma or a point."""

    def __init__(self, **options: Any) -> None:
        # A text field: browsers disagree about the comma in `type=number`.
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 6})
        super().__init__(max_digits=6, decimal_places=2, widget=widget, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.replace(",", ".").replace("\u202f", "").replace(" ", "")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        return say_mark(value) if isinstance(value, Decimal) else value


def make_moment(label: Any, help_text: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": _("Write a date and a time, as 2027-01-31T08:00.")},
    )


class ClassesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Class) -> str:
        return f"{obj.title} ({obj.subject})" if obj.subject else obj.title


class GivenForm(RefusableForm):
    """What is given, and to whom."""

    title = forms.CharField(label=_("Title"), max_length=200)
    classes = ClassesField(
        label=_("Classes"),
        queryset=Class.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one class.")},
    )


class AssignmentForm(GivenForm):
    """What a teacher says when giving work, or when changing it."""

    instructions = forms.CharField(
        label=_("Instructions"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What pupils should do. **bold**, *italics* and - lists work (Markdown)."),
    )
    opens_at = make_moment(_("Opens"), _("Empty: at once."))
    due_at = make_moment(
        _("To hand in by"), _("Empty: the closing time. After it, a copy is late.")
    )
    closes_at = make_moment(
        _("Closes"), _("Empty: no limit. After it, pupils can read but not write.")
    )
    late_rule = forms.ChoiceField(
        label=_("Late copies"),
        required=False,
        choices=Assignment.LateRule.choices,
        help_text=_("After the time to hand in, until the closing."),
    )
    late_amount = MarkField(
        label=_("Taken off"),
        required=False,
        help_text=_("In points, or in per cent of the highest mark."),
    )
    late_unit = forms.ChoiceField(
        label=_("How often"), required=False, choices=Assignment.LateUnit.choices
    )
    late_cap = MarkField(label=_("At most"), required=False, help_text=_("Empty: all of the mark."))
    late_grace = forms.IntegerField(
        label=_("Minutes that do not count"),
        required=False,
        min_value=0,
        max_value=LATE_GRACE_MAX,
        help_text=_("For the bell and slow lines."),
    )
    outside = forms.ChoiceField(
        label=_("Before the opening and after the closing"),
        required=False,
        choices=Assignment.Outside.choices,
        help_text=_("Invisible: a copy shows again once you return it."),
    )
    accommodated = forms.BooleanField(
        label=_("Pupils entitled to extra time get it here"),
        required=False,
        help_text=_("In work for which at most a day is given."),
    )
    mark_max = MarkField(label=_("Marked out of"), initial=Decimal(20))
    group_mode = forms.ChoiceField(
        label=_("Alone or in groups"),
        required=False,
        choices=Assignment.GroupMode.choices,
        help_text=_("A group has one copy, where all its members write, and one mark."),
    )
    group_size = forms.IntegerField(
        label=_("Pupils in a group, at most"),
        required=False,
        min_value=SMALLEST,
        max_value=LARGEST,
        initial=3,
        help_text=_("2 to 5. An odd number of pupils in pairs makes one group of three."),
    )

    def clean_group_size(self) -> int:
        return self.cleaned_data["group_size"] or int(self.initial.get("group_size") or 3)

    def get_arguments(self) -> dict[str, Any]:
        """What the actions take: what is not said stays as it was."""
        data = dict(self.cleaned_data)
        before: TimeRules = self.rules
        rules = {name: data.pop(name) for name in RULES}
        rules["accommodated"] = rules["accommodated"] if self.shows_rules else before.accommodated
        for name in ("late_rule", "late_unit", "outside", "late_amount", "late_grace"):
            if rules[name] in {None, ""}:
                rules[name] = getattr(before, name)
        return data | {"rules": TimeRules(**rules)}

    @property
    def shows_rules(self) -> bool:
        """Whether the form came with the folded fields; a tick that is not sent is not "no" then."""
        return "late_rule" in self.data

    @property
    def unfolded(self) -> bool:
        """Whether to show what is folded: it holds an error, or something unusual."""
        wrong = any(name in self.errors for name in RULES) if self.is_bound else False
        return wrong or self.rules != TimeRules()

    def __init__(
        self, user: User, data: Any = None, *, initial: dict[str, Any], kept: Any = None
    ) -> None:
        self.rules: TimeRules = initial.get("rules") or TimeRules()
        super().__init__(data, initial={**asdict(self.rules), **initial}, label_suffix="")
        classes = Class.objects.filter(pk__in=taught_classes(user).values("pk"))
        if kept is not None:
            classes = classes | Class.objects.filter(pk__in=kept.values("pk"))
        self.fields["classes"].queryset = classes.order_by("title")  # type: ignore[attr-defined]


class MarkForm(RefusableForm):
    """A copy's mark and appraisal."""

    mark = MarkField(label=_("Mark"), required=False)
    appraisal = forms.CharField(
        label=_("Appraisal"),
        required=False,
        max_length=APPRAISAL_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("The pupil reads it once the copy is returned. Markdown works."),
    )

    @classmethod
    def of(cls, copy: Copy, data: Any = None) -> MarkForm:
        return cls(data, label_suffix="", initial={"mark": copy.mark, "appraisal": copy.appraisal})


class RowsForm(forms.Form):
    """Filter and order of the pupils' rows; a value that does not exist is passed over."""

    q = forms.CharField(
        label=_("Find a pupil"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "data-filter": "#pupils", "autocomplete": "off"}
        ),
    )
    class_ = forms.ChoiceField(label=_("Class"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            (queries.NOT_STARTED, _("Not started")),
            *Copy.State.choices,
        ],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("name", _("Name")),
            ("class", _("Class")),
            ("state", _("State")),
            ("activity", _("Last activity")),
            ("mark", _("Mark")),
        ],
    )

    def __init__(self, data: Any, classes: list[Class]) -> None:
        super().__init__(data, auto_id="rows_%s", label_suffix="")
        choices = [("", _("All classes")), *((str(item.pk), item.title) for item in classes)]
        self.fields["class_"].choices = choices  # type: ignore[attr-defined]

    def get_choices(self) -> dict[str, str]:
        """Arguments of :func:`queries.get_rows`, valid values only."""
        self.is_valid()
        clean = self.cleaned_data
        return {
            "text": clean.get("q", ""),
            "class_id": clean.get("class_", ""),
            "state": clean.get("state", ""),
            "sort": clean.get("sort") or "name",
        }


class BoardForm(forms.Form):
    """Filter and order of the live board; a value that does not exist is passed over."""

    class_ = forms.ChoiceField(label=_("Class"), required=False)
    status = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Everybody")),
            ("error", _("With an error")),
            ("idle", _("Inactive")),
            ("working", _("At work")),
            ("not_started", _("Not started")),
            ("handed_in", _("Handed in")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            ("name", _("Name")),
            ("status", _("Who may need help first")),
            ("activity", _("Last activity")),
            ("progress", _("Progress")),
        ],
    )
    names = forms.CharField(required=False, widget=forms.HiddenInput)
    view = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, classes: list[Class]) -> None:
        super().__init__(data, auto_id="board_%s", label_suffix="")
        choices = [("", _("All classes")), *((str(item.pk), item.title) for item in classes)]
        self.fields["class_"].choices = choices  # type: ignore[attr-defined]

    def get_choices(self) -> dict[str, Any]:
        """Arguments of :func:`board.choose`, valid values only."""
        self.is_valid()
        clean = self.cleaned_data
        return {
            "class_id": clean.get("class_", ""),
            "status": clean.get("status", ""),
            "sort": clean.get("sort") or "name",
            "hidden": clean.get("names") == "hidden",
        }

    def get_view(self) -> str:
        """``questions`` or ``pupils``; "" for the page's own choice."""
        self.is_valid()
        view: str = self.cleaned_data.get("view", "")
        return view if view in {"questions", "pupils"} else ""


def get_initial(assignment: Assignment) -> dict[str, Any]:
    """An assignment as the form shows it."""
    return {
        "title": assignment.title,
        "classes": list(assignment.classes.values_list("pk", flat=True)),
        "instructions": assignment.instructions,
        "opens_at": assignment.opens_at,
        "due_at": assignment.due_at,
        "closes_at": assignment.closes_at,
        "rules": get_rules(assignment),
        "mark_max": assignment.mark_max,
        "group_mode": assignment.group_mode,
        "group_size": assignment.group_size,
    }
