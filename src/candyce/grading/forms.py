"""Forms of the marking pages. Rules that hold everywhere stand in the actions; forms read what was typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from candyce.assignments.forms import MarkField, MarkForm
from candyce.assignments.marks import say_mark
from candyce.assignments.models import Copy
from candyce.grading.asked import Criterion
from candyce.grading.bank import TEXT_LIMIT
from candyce.grading.models import Answer
from candyce.lib.forms import RefusableForm

COMMENT_LIMIT = 5000  # characters


class AnswerForm(RefusableForm):
    """Points, comment and rubric of an answer.

    Empty points leave the proposal. A rubric that changed gives the points: their sum, at most the
    question's; whoever wants other points writes them afterwards.
    """

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    points = MarkField(label=gettext_lazy("Points"), required=False)
    comment = forms.CharField(
        label=pgettext_lazy("of an answer", "Comment"),
        required=False,
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, answer: Answer, criteria: tuple[Criterion, ...], data: Any = None) -> None:
        initial = {
            "revision": answer.revision,
            "points": answer.points,
            "comment": answer.comment,
        }
        super().__init__(data, initial=initial, label_suffix="", auto_id=f"a{answer.pk}-%s")
        self.answer, self.criteria = answer, criteria
        points = self.fields["points"].widget.attrs
        points |= {
            "data-max": say_mark(answer.points_max),
            "placeholder": say_mark(answer.auto_points),
        }
        for number, one in enumerate(criteria):
            field = MarkField(label=one.label, required=False, initial=self._get_given(one))
            field.widget.attrs |= {"data-max": say_mark(one.points)}
            self.fields[f"rubric-{number}"] = field

    def _get_given(self, criterion: Criterion) -> Decimal | None:
        given = self.answer.rubric.get(criterion.id)
        return None if given is None else Decimal(str(given))

    @property
    def rubric_fields(self) -> list[tuple[Criterion, Any]]:
        return [(one, self[f"rubric-{number}"]) for number, one in enumerate(self.criteria)]

    def clean(self) -> dict[str, Any]:
        clean = self.cleaned_data
        limits = {"points": self.answer.points_max}
        limits |= {f"rubric-{number}": one.points for number, one in enumerate(self.criteria)}
        for name, limit in limits.items():
            value = clean.get(name)
            if value is not None and not (0 <= value <= limit):
                text = _("From 0 to %(limit)s.") % {"limit": say_mark(limit)}
                self.add_error(name, text)
        return clean

    def get_changes(self) -> dict[str, Any]:
        """What differs from the answer as it is now: arguments of ``set_answer``."""
        act, points = self.data.get("act"), self.cleaned_data["points"]
        rubric = self._get_rubric()
        changes: dict[str, Any] = {}
        if act == "full":
            points = self.answer.points_max
        elif act == "zero":
            points = Decimal(0)
        elif rubric != self._get_stored_rubric() and points == self.answer.points:
            points = (
                min(sum(rubric.values(), Decimal(0)), self.answer.points_max) if rubric else None
            )
        if points != self.answer.points:
            changes["points"] = points
        comment = self.cleaned_data["comment"].strip()
        if comment != self.answer.comment:
            changes["comment"] = comment
        if rubric != self._get_stored_rubric():
            changes["rubric"] = rubric
        return changes

    def _get_rubric(self) -> dict[str, Decimal]:
        given = {
            one.id: self.cleaned_data.get(f"rubric-{number}")
            for number, one in enumerate(self.criteria)
        }
        return {name: value for name, value in given.items() if value is not None}

    def _get_stored_rubric(self) -> dict[str, Decimal]:
        return {name: Decimal(str(value)) for name, value in self.answer.rubric.items()}


class CopyForm(MarkForm):
    """A copy's mark and appraisal. An empty mark follows the questions' points; one that is written stays."""

    @classmethod
    def of_copy(cls, copy: Copy, *, by_hand: bool, data: Any = None) -> CopyForm:
        initial = {"mark": copy.mark if by_hand else None, "appraisal": copy.appraisal}
        form = cls(data, label_suffix="", initial=initial)
        form.fields["appraisal"].widget.attrs["rows"] = 4
        if not by_hand:
            form.fields["mark"].widget.attrs["placeholder"] = say_mark(copy.mark)
        return form


class CommentForm(RefusableForm):
    """A comment put into the bank by hand."""

    text = forms.CharField(
        label=gettext_lazy("New comment"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class ClassForm(forms.Form):
    """One of the classes, or all; a class that does not exist is passed over."""

    class_ = forms.ChoiceField(label=gettext_lazy("Class"), required=False)

    def __init__(self, data: Any, classes: list[Any]) -> None:
        super().__init__(data, auto_id="overview_%s", label_suffix="")
        choices = [("", _("All classes")), *((str(item.pk), item.title) for item in classes)]
        self.fields["class_"].choices = choices  # type: ignore[attr-defined]

    def get_class_id(self) -> str:
        self.is_valid()
        return self.cleaned_data.get("class_", "")


class OverviewForm(ClassForm):
    """Filter of the overview; a value that does not exist is passed over."""

    show = forms.ChoiceField(
        label=gettext_lazy("Show"),
        required=False,
        choices=[
            ("", gettext_lazy("Everybody")),
            ("todo", gettext_lazy("With something left to mark")),
            ("handed_in", gettext_lazy("Handed in, not returned")),
            ("late", gettext_lazy("Handed in late")),
            ("returned", gettext_lazy("Returned")),
        ],
    )

    def get_choices(self) -> dict[str, str]:
        self.is_valid()
        clean = self.cleaned_data
        return {"class_id": clean.get("class_", ""), "show": clean.get("show", "")}
