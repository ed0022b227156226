"""Forms of opinions, recommendations, reports and decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import Organisation, User
from candyce.lib.forms import RefusableForm
from candyce.lib.text import MAX_ID, read_number
from candyce.library.models import Report, Review
from candyce.library.peers.access import endorsing_organisations
from candyce.library.peers.actions import COMMENT_LIMIT

CRITERIA = {
    "works": (_("Works as it is"), _("One can give it to a class without mending it first.")),
    "clear": (_("Clear for pupils"), _("They understand what is asked without you.")),
    "programme_fit": (_("Fits the programme"), _("What it teaches is what the level asks for.")),
    "accessible": (_("Accessible"), _("Pupils with a handicap can follow it too.")),
}
MARKS = [
    ("", _("No opinion")),
    ("1", _("Not at all")),
    ("2", _("A little")),
    ("3", _("Partly")),
    ("4", _("Mostly")),
    ("5", _("Entirely")),
]


class ReviewForm(RefusableForm):
    """A mark or no opinion on each criterion, and a comment."""

    def __init__(self, *args: Any, review: Review | None = None, **options: Any) -> None:
        if review:
            options["initial"] = {name: getattr(review, name) or "" for name in CRITERIA}
            options["initial"]["comment"] = review.comment
        super().__init__(*args, **options)
        for name, (label, help_text) in CRITERIA.items():
            self.fields[name] = forms.TypedChoiceField(
                label=label,
                help_text=help_text,
                choices=MARKS,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
                initial="",
            )

    comment = forms.CharField(
        label=_("Your comment"),
        required=False,
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What worked in your class, what you changed. **bold**, *italics*, - lists and $formulas$ work (Markdown)."
        ),
    )

    @property
    def criteria(self) -> list[forms.BoundField]:
        return [self[name] for name in CRITERIA]

    def get_marks(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in CRITERIA}


class AnswerForm(RefusableForm):
    """The authors' answer to a comment."""

    text = forms.CharField(
        label=_("Your answer"),
        required=False,
        max_length=COMMENT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody who reads the comment reads it. Empty: no answer."),
    )


class OrganisationField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Organisation) -> str:
        return obj.name


class EndorsementForm(RefusableForm):
    """In whose name, under which label, why."""

    label = forms.CharField(
        label=_("Label"),
        max_length=100,
        help_text=_("A few words, as “Recommended for SNT” or “Academic selection 2026”."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What makes it worth recommending: teachers read it on the page."),
    )
    organisation = OrganisationField(
        label=_("In the name of"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Myself, inspector"),
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        assert isinstance(field, OrganisationField)
        field.queryset = endorsing_organisations(user)
        if not field.queryset.exists():
            del self.fields["organisation"]


class ReportForm(RefusableForm):
    """What is wrong, in a word and in a sentence."""

    reason = forms.ChoiceField(
        label=_("What is wrong?"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Where, and what?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say which cell or sentence. Only the moderators read it."),
    )


class DecisionForm(RefusableForm):
    """What becomes of what was reported."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[choice for choice in Report.Status.choices if choice[0] != Report.Status.OPEN],
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(
        label=_("What you say about it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Sent to those who reported and to the author. It never says who reported."),
    )
    # What stood on the page: a report that came in meanwhile stays open.
    reports = forms.CharField(widget=forms.HiddenInput, max_length=4000, required=False)

    def get_reports(self) -> list[int]:
        numbers = self.cleaned_data["reports"].split(",")
        read = [read_number(number, MAX_ID) for number in numbers]
        return [number for number in read if number is not None]
