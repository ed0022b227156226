"""What a teacher types to tell pupils something."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from candyce.accounts.models import Class, User
from candyce.assignments.notices.actions import TEXT_LIMIT
from candyce.assignments.notices.questions import Given
from candyce.lib.forms import RefusableForm

ALL, CHOSEN = "all", "chosen"


class NoticeForm(RefusableForm):
    """``to`` is ``all``, a class's id, or ``chosen``: then ``pupil`` names them."""

    to = forms.ChoiceField(label=_("To"), widget=forms.RadioSelect)
    pupil = forms.MultipleChoiceField(
        label=_("Pupils"), required=False, widget=forms.CheckboxSelectMultiple
    )
    question = forms.ChoiceField(
        label=_("About"),
        required=False,
        help_text=_("A hint for a question also shows pupils the way to it."),
    )
    text = forms.CharField(
        label=_("Message"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("**bold**, `code` and - lists work (Markdown)."),
        error_messages={"required": _("Write what you want to say.")},
    )

    def __init__(
        self,
        data: Any = None,
        *,
        classes: Sequence[Class],
        pupils: Sequence[User],
        questions: Iterable[Given],
        chosen: Iterable[str] = (),
        about: str = "",
        labels: Mapping[uuid.UUID, str] | None = None,
    ) -> None:
        """``labels``, in order, stand for the pupils' names where these are hidden."""
        self._classes = {str(one.pk): one for one in classes}
        self._pupils = {str(one.pk): one for one in pupils}
        self._questions = {one.key: one for one in questions}
        picked = [pk for pk in chosen if pk in self._pupils]
        initial = {"to": CHOSEN if picked else ALL, "pupil": picked, "question": about}
        super().__init__(data, initial=initial, auto_id="notice_%s", label_suffix="")
        named = [(pk, one.title) for pk, one in self._classes.items()] if len(classes) > 1 else []
        self.fields["to"].choices = [  # type: ignore[attr-defined]
            (ALL, _("The whole class") if not named else _("All classes")),
            *named,
            (CHOSEN, _("Some pupils")),
        ]
        self.fields["pupil"].choices = [  # type: ignore[attr-defined]
            (pk, one.sort_name) for pk, one in self._pupils.items()
        ]
        if labels is not None:
            self.fields["pupil"].choices = [  # type: ignore[attr-defined]
                (str(pk), label) for pk, label in labels.items() if str(pk) in self._pupils
            ]
        self.fields["question"].choices = [  # type: ignore[attr-defined]
            ("", _("The whole work (a message)")),
            *((key, f"{one.number}. {one.title}") for key, one in self._questions.items()),
        ]

    def get_values(self) -> dict[str, Any]:
        """Arguments of :func:`actions.send_notice`, of a valid form."""
        clean = self.cleaned_data
        to = clean["to"]
        classes = list(self._classes.values()) if to == ALL else []
        if to in self._classes:
            classes = [self._classes[to]]
        pupils = [self._pupils[pk] for pk in clean["pupil"]] if to == CHOSEN else []
        question = self._questions.get(clean["question"])
        return {"text": clean["text"], "classes": classes, "pupils": pupils, "question": question}


def read_ids(values: Iterable[str]) -> list[str]:
    """Those that are ids, as this room writes them; a value may hold several, parted by dots."""
    found = []
    for value in ".".join(values).split("."):
        try:
            found.append(str(uuid.UUID(value)))
        except ValueError:
            continue
    return found
