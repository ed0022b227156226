"""Who works with whom: the teacher's page, and the pupil's."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from candyce.accounts.http import SignedInRequest
from candyce.accounts.models import Class
from candyce.assignments import access, actions, groups
from candyce.assignments.actions.groups import NAME_LIMIT
from candyce.assignments.models import Assignment, Group
from candyce.assignments.times import get_times
from candyce.assignments.views.pupil import go_to_work
from candyce.lib.errors import BadRequest, CandyceError, NotFound

NEW_GROUPS = "ABCD"  # new groups that one saving may make
PLACES_LIMIT = 400  # pupils moved at once
Places = dict[uuid.UUID, uuid.UUID | str | None]


def _uuid(text: str) -> uuid.UUID:
    """Raises :class:`NotFound`."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


# --- the teacher's ------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The groups of the classes one follows: drawn, moved pupil by pupil, closed."""
    assignment = access.get_assignment(request.user, pk, "follow")
    if not assignment.group_mode:
        raise NotFound
    error: CandyceError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _do(request, assignment))
        except CandyceError as refused:
            if isinstance(refused, NotFound):
                raise
            error = refused
        else:
            return redirect("assignments:groups", pk)
    classes = access.followed_classes(request.user, assignment).order_by("title")
    context = {
        "assignment": assignment,
        "parts": groups.get_groups(assignment, classes),
        "by_pupils": assignment.group_mode == Assignment.GroupMode.PUPILS,
        "new_groups": NEW_GROUPS,
        "error": error,
    }
    return render(
        request, "assignments/groups.html", context, status=error.status if error else 200
    )


def _do(request: SignedInRequest, assignment: Assignment) -> str:
    """What the form asks for; gives what to say then."""
    user, act = request.user, request.POST.get("act")
    if act in {"close", "open"}:
        actions.close_forming(assignment, act == "close", acting_user=user)
        if act == "close":
            return _("The groups are closed: pupils no longer change them.")
        return _("Pupils can change their groups again.")
    school_class = _get_class(request, assignment)
    if act == "draw":
        actions.draw(assignment, acting_user=user, classes=[school_class])
        return _("The groups are drawn.")
    places, names = _read_places(request)
    actions.arrange(assignment, places, acting_user=user, school_class=school_class, names=names)
    return _("The groups are saved.")


def _get_class(request: SignedInRequest, assignment: Assignment) -> Class:
    wanted = _uuid(request.POST.get("class", ""))
    found = access.followed_classes(request.user, assignment).filter(pk=wanted).first()
    if found is None:
        raise NotFound
    return found


def _read_places(request: SignedInRequest) -> tuple[Places, dict[uuid.UUID, str]]:
    """Where pupils are to go, of those whom the form moves: the others may have moved since it was read."""
    places: Places = {}
    names: dict[uuid.UUID, str] = {}
    for key, value in request.POST.dict().items():
        kind, _dash, text = key.partition("-")
        if kind == "name":
            names[_uuid(text)] = value[: NAME_LIMIT + 1]
        elif kind == "to" and value != request.POST.get(f"was-{text}", ""):
            new = value in {f"new-{letter}" for letter in NEW_GROUPS}
            places[_uuid(text)] = value if new else _uuid(value) if value else None
    if len(places) > PLACES_LIMIT:
        raise BadRequest
    return places, names


# --- the pupil's --------------------------------------------------------------------------------


def _get_own(request: SignedInRequest, pk: uuid.UUID) -> Assignment:
    """An assignment in groups that is given to the person as a pupil; raises :class:`NotFound`."""
    assignment = access.get_assignment(request.user, pk)
    if not assignment.group_mode or not access.get_abilities(request.user, assignment)["open_copy"]:
        raise NotFound
    return assignment


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Who is in one's group; where pupils make them, the groups to join and a new one."""
    assignment = _get_own(request, pk)
    error: CandyceError | None = None
    if request.method == "POST":
        try:
            _do_mine(request, assignment)
        except CandyceError as refused:
            error = refused
        else:
            return redirect("assignments:my_group", pk)
    group = groups.find_group(assignment, request.user)
    if group is not None and groups.has_copy(group):
        return redirect("assignments:copy", group.copy.pk)
    times = get_times(assignment, request.user)
    context = {
        "assignment": assignment,
        "group": group,
        "mates": [one for one in group.members if one != request.user] if group else [],
        "forming": groups.is_forming(assignment),
        "times": times,
        "open_now": access.is_in_window(assignment, times=times),
        "others": [] if group else _list_others(request, assignment),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "assignments/my_group.html", context, status=status)


def _do_mine(request: SignedInRequest, assignment: Assignment) -> None:
    act, user = request.POST.get("act"), request.user
    if act == "make":
        name = request.POST.get("name", "")[: NAME_LIMIT + 1]
        actions.make_group(assignment, acting_user=user, name=name)
    elif act == "join":
        wanted = _uuid(request.POST.get("group", ""))
        actions.join_group(assignment, wanted, acting_user=user)
    elif act == "leave":
        actions.leave_group(assignment, acting_user=user)


def _list_others(request: SignedInRequest, assignment: Assignment) -> list[Group]:
    """The groups of one's class, each with ``state``: ``begun``, ``full`` or ``free``."""
    school_class = groups.find_class(assignment, request.user)
    if school_class is None or not groups.is_forming(assignment):
        return []
    [found] = groups.get_groups(assignment, [school_class])
    for group in found.groups:
        full = len(group.members) >= assignment.group_size
        group.state = "begun" if groups.has_copy(group) else "full" if full else "free"  # type: ignore[attr-defined]
    return found.groups


@login_required
@require_POST
def begin(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the group's copy: from now on its members are the teacher's to change."""
    assignment = _get_own(request, pk)
    try:
        copy = actions.open_copy(assignment, acting_user=request.user)
    except CandyceError as error:
        messages.error(request, str(error))
        return redirect("assignments:my_group", pk)
    return go_to_work(request, copy)
