"""What the editor learns of a copy: the assignment, its state, and what the person may do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from candyce.accounts.models import Class, Enrolment, User
from candyce.assignments import access
from candyce.assignments.late import Lateness, get_lateness
from candyce.assignments.marks import say_mark
from candyce.assignments.models import Copy
from candyce.assignments.notices.links import get_query
from candyce.assignments.prose import render_prose
from candyce.assignments.time_words import say_late_rule, say_lateness
from candyce.assignments.times import get_copy_times, get_times
from candyce.projects.models import Project


def describe_project(user: User, project: Project, request: HttpRequest) -> dict[str, Any]:
    """The part of ``GET /api/project`` that belongs to copies."""
    copy = access.find_copy(user, project)
    if copy is None:
        return {}
    rights = access.get_copy_rights(user, copy)
    answer: dict[str, Any] = {
        "title": copy.assignment.title,
        "assignment": describe_copy(user, copy),
        "exercise": {"role": "pupil" if access.is_owner(user, copy) else "marker"},
        "back_url": _get_back_url(user, copy),
    }
    if rights.reason:
        message = _say_reason(user, copy, rights.reason)
        answer["read_only_reason"] = {"code": rights.reason, "message": message}
    return answer


def describe_copy(user: User, copy: Copy) -> dict[str, Any]:
    """The ``assignment`` object of the API; mark and appraisal only for who may read them now."""
    assignment = copy.assignment
    abilities = access.get_copy_abilities(user, copy)
    see_mark = abilities["see_mark"]
    times = get_times(assignment, user) if access.is_owner(user, copy) else get_copy_times(copy)
    due_at, closes_at = (None, None) if copy.reopened_at else (times.due_at, times.closes_at)
    lateness = get_lateness(copy, times)
    return {
        "id": str(assignment.pk),
        "title": assignment.title,
        "instructions_html": render_prose(assignment.instructions),
        "class_name": get_class_name(copy),
        "opens_at": times.opens_at.isoformat() if times.opens_at else None,
        "due_at": due_at.isoformat() if due_at else None,
        "closes_at": closes_at.isoformat() if closes_at else None,
        "late": _describe_late(lateness),
        "late_rule": say_late_rule(assignment),
        "state": copy.state,
        "frozen": assignment.frozen_at is not None,
        "news": copy.news,
        "handed_in_at": copy.handed_in_at.isoformat() if copy.handed_in_at else None,
        "can_hand_in": abilities["hand_in"],
        "can_take_back": abilities["take_back"],
        "mark": say_mark(copy.mark) if see_mark and copy.mark is not None else None,
        "mark_max": say_mark(assignment.mark_max),
        "appraisal_html": render_prose(copy.appraisal) if see_mark else "",
        "pupil_name": copy.who,
        "group": _describe_group(user, copy),
        "board_url": _get_board_url(copy) if abilities["follow"] else None,
        "message_url": _get_message_url(copy) if abilities["mark"] else None,
        "show_url": _get_show_url(copy) if abilities["mark"] else None,
    }


def _describe_late(lateness: Lateness | None) -> dict[str, str] | None:
    """A word and a sentence; None for what is in time."""
    return {"word": _("Late"), "text": say_lateness(lateness)} if lateness else None


def _say_reason(user: User, copy: Copy, reason: str) -> str:
    by = copy.handed_in_by
    if reason == "handed_in" and copy.group and by and by != user and access.is_owner(user, copy):
        text = _("%(name)s handed in this copy for the group. Take it back to go on working.")
        return text % {"name": by.full_name}
    return access.get_reason_message(reason, copy.assignment)


def _describe_group(user: User, copy: Copy) -> dict[str, Any] | None:
    """The group's name and its members', and which of the others handed in; None for a copy of one pupil."""
    if copy.group is None:
        return None
    by = copy.handed_in_by if copy.state == Copy.State.HANDED_IN else None
    return {
        "name": str(copy.group),
        "members": [pupil.full_name for pupil in copy.members],
        "handed_in_by": by.full_name if by and by != user else None,
    }


def get_class_name(copy: Copy) -> str:
    """The class of the assignment in which the pupils are; empty for one who has left."""
    title = (
        Class.objects.filter(
            assignments=copy.assignment_id,
            enrolments__user__in=[pupil.pk for pupil in copy.members],
            enrolments__role=Enrolment.Role.STUDENT,
        )
        .values_list("title", flat=True)
        .first()
    )
    return title or ""


def _get_board_url(copy: Copy) -> str:
    """The class live. A link only: a notebook's code may hold the token of this page."""
    path = reverse("assignments:board", urlconf=settings.ROOT_URLCONF, args=[copy.assignment_id])
    return f"{settings.CANDYCE_PORTAL_URL}{path}"


def _get_message_url(copy: Copy) -> str:
    """Telling this pupil, or all of this group, something: a link only, for the same reason."""
    path = reverse("assignments:notices", urlconf=settings.ROOT_URLCONF, args=[copy.assignment_id])
    return f"{settings.CANDYCE_PORTAL_URL}{path}?{get_query(copy.members)}"


def _get_show_url(copy: Copy) -> str:
    path = reverse("assignments:show_copy", urlconf=settings.ROOT_URLCONF, args=[copy.pk])
    return f"{settings.CANDYCE_PORTAL_URL}{path}"


def _get_back_url(user: User, copy: Copy) -> str:
    name = "assignments:copy" if access.is_owner(user, copy) else "assignments:mark"
    path = reverse(name, urlconf=settings.ROOT_URLCONF, args=[copy.pk])
    return f"{settings.CANDYCE_PORTAL_URL}{path}"
