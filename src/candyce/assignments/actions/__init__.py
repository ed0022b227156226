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
from candyce.assignments.actions.groups import (
    arrange,
    close_forming,
    draw,
    join_group,
    leave_group,
    make_group,
)
from candyce.assignments.actions.joining import join

__all__ = [
    "archive",
    "arrange",
    "close_forming",
    "delete_assignment",
    "draw",
    "duplicate",
    "edit_assignment",
    "freeze",
    "give",
    "hand_in",
    "join",
    "join_group",
    "leave_group",
    "make_group",
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
