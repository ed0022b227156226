"""The verbs of the room."""

from candyce.grading.actions.answers import UNCHANGED, hold_copy, propose_mark, set_answer
from candyce.grading.actions.marking import mark_copy, mark_waiting, queue_marking

__all__ = [
    "UNCHANGED",
    "hold_copy",
    "mark_copy",
    "mark_waiting",
    "propose_mark",
    "queue_marking",
    "set_answer",
]
