"""The form of the page that gives some pupils other times."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.assignments.actions.times import EXTRA_MINUTES, EXTRA_PERCENT, OwnTimes
from candyce.assignments.forms import make_moment
from candyce.assignments.models import Assignment, PupilTimes
from candyce.lib.forms import RefusableForm


class OwnTimesForm(RefusableForm):
    """What holds for the pupils who are ticked."""

    extra_percent = forms.IntegerField(
        label=_("Extra time, in per cent"),
        required=False,
        min_value=0,
        max_value=EXTRA_PERCENT,
        help_text=_("33 for a third. Empty: the lasting extra time, if any; 0: none."),
    )
    extra_minutes = forms.IntegerField(
        label=_("Extra time, in minutes"), required=False, min_value=0, max_value=EXTRA_MINUTES
    )
    opens_at = make_moment(_("Opens"), _("Empty: as for the class."))
    due_at = make_moment(_("To hand in by"), _("Empty: as for the class, with the extra time."))
    closes_at = make_moment(_("Closes"), _("Empty: as for the class, with the extra time."))
    outside = forms.ChoiceField(
        label=_("Before the opening and after the closing"),
        required=False,
        choices=[("", _("As for the class")), *Assignment.Outside.choices],
    )
    lasting = forms.IntegerField(
        label=_("Lasting extra time, in per cent"),
        required=False,
        min_value=0,
        max_value=EXTRA_PERCENT,
        help_text=_("33 for a third; 0 or empty: no more."),
    )

    def __init__(self, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial, label_suffix="")

    def get_own(self) -> OwnTimes:
        clean = self.cleaned_data
        return OwnTimes(
            clean["opens_at"],
            clean["due_at"],
            clean["closes_at"],
            clean["extra_minutes"] or 0,
            clean["extra_percent"],
            clean["outside"],
        )


def get_own_initial(row: PupilTimes | None) -> dict[str, Any]:
    """A pupil's own times as the form shows them."""
    if row is None:
        return {}
    return {
        "opens_at": row.opens_at,
        "due_at": row.due_at,
        "closes_at": row.closes_at,
        "extra_minutes": row.extra_minutes or None,
        "extra_percent": row.extra_percent,
        "outside": row.outside,
    }
