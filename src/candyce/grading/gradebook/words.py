"""What is typed in a cell, and how it is said: a mark, or the state that stands instead of one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from candyce.assignments.marks import say_mark
from candyce.grading.gradebook.models import Entry
from candyce.lib.errors import BadRequest
from candyce.lib.text import fold

State = Entry.State
# Folded, in French and English whatever the page's language, as people type them.
_TYPED = {
    State.ABSENT: ("a", "abs", "absent", "absente"),
    State.EXCUSED: ("d", "disp", "dispense", "dispensee", "e", "exc", "excused", "excuse", "excusee"),
    State.MISSING: ("n", "nr", "n.rdu", "non rendu", "nh", "missing", "not handed in"),
}  # fmt: skip
_STATE_OF = {word: state for state, words in _TYPED.items() for word in words}
_MARK = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")


@dataclass(frozen=True)
class Given:
    """Either a mark, or a state, or neither (nothing)."""

    mark: Decimal | None = None
    state: str = ""

    @property
    def token(self) -> str:
        """The same for the same content, in any language: what a page says it saw."""
        return self.state or ("" if self.mark is None else f"{self.mark.normalize():f}")

    @property
    def text(self) -> str:
        """As it stands in a cell, and can be typed again."""
        return say_short(self.state) if self.state else say_mark(self.mark)


NOTHING = Given()


def say_short(state: str) -> str:
    """A state in a cell. What is said here must be read by :func:`read_given`."""
    return {
        State.ABSENT: pgettext("in a cell", "Abs"),
        State.EXCUSED: pgettext("in a cell", "Exc"),
        State.MISSING: pgettext("in a cell", "NH"),
    }.get(State(state), "")


def read_given(text: str, mark_max: Decimal) -> Given:
    """A mark from 0 to ``mark_max`` with at most two decimals, a state's word, or nothing.

    Raises :class:`BadRequest`, which says what can be typed.
    """
    text = text.strip().replace("\u202f", "").replace("\u00a0", "")
    if not text:
        return NOTHING
    state = _STATE_OF.get(fold(text).rstrip("."))
    if state is not None:
        return Given(state=state)
    if _MARK.fullmatch(text):
        mark = Decimal(text.replace(",", "."))
        if mark <= mark_max:
            return Given(mark)
    raise BadRequest(
        _(
            "“%(text)s” is no mark here: write a number from 0 to %(limit)s, %(absent)s, %(excused)s or %(missing)s."
        )
        % {
            "text": text[:40],
            "limit": say_mark(mark_max),
            "absent": say_short(State.ABSENT),
            "excused": say_short(State.EXCUSED),
            "missing": say_short(State.MISSING),
        },
        code="bad_mark",
    )
