"""The verbs of the room."""

from candyce.assignments.actions.assignments import (
    archive,
    delete_assignment,
    duplicate,
    edit_assignment,
    freeze,
    give,
    restore_assignment,
    unarchive,
    unfreeze,
)
from candyce.assignments.actions.copies import (
    hand_in,
    open_copy,
    reopen,
    return_copies,
    set_appraisal,
    set_mark,
    take_back,
)
from candyce.assignments.actions.joining import join

__all__ = [
    "archive",
    "delete_assignment",
    "duplicate",
    "edit_assignment",
    "freeze",
    "give",
    "hand_in",
    "join",
    "open_copy",
    "reopen",
    "restore_assignment",
    "return_copies",
    "set_appraisal",
    "set_mark",
    "take_back",
    "unarchive",
    "unfreeze",
]
