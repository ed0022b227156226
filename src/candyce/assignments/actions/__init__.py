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
from candyce.assignments.actions.times import (
    OwnTimes,
    lift_lateness,
    set_accommodation,
    set_pupil_times,
)

__all__ = [
    "OwnTimes",
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
    "lift_lateness",
    "make_group",
    "open_copy",
    "reopen",
    "restore_assignment",
    "return_copies",
    "set_accommodation",
    "set_appraisal",
    "set_mark",
    "set_pupil_times",
    "take_back",
    "unarchive",
    "unfreeze",
]
