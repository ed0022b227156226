"""Showing one pupil's copy to the class, without a name. Only who follows the work; the pupil's page does not change."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access, shown
from candyce.lib.errors import NotFound


def _get_address(assignment_id: uuid.UUID, key: str, at: str = "", name: str = "shown") -> str:
    address = reverse(f"assignments:{name}", args=[assignment_id, key])
    return f"{address}?{urlencode({'cell': at})}" if at else address


@login_required
@require_safe
def show_copy(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """From a copy's own address to the one that says nothing; ``cell`` goes along."""
    copy = access.get_copy(request.user, pk, "follow")
    if copy.assignment.deleted_at is not None:
        raise NotFound
    at = request.GET.get("cell", "")[:200]
    return redirect(_get_address(copy.assignment_id, shown.get_key(copy), at))


@login_required
@require_safe
def show(request: SignedInRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """The page for the projector."""
    assignment = access.get_assignment(request.user, pk, "follow")
    place = shown.find(request.user, assignment, key)
    at = request.GET.get("cell", "")[:200]
    context = {
        "assignment": assignment,
        "position": place.position,
        "total": place.total,
        "previous": _get_address(pk, place.previous, at) if place.previous else "",
        "next": _get_address(pk, place.next, at) if place.next else "",
        "cells": shown.get_cells(place.copy, request.LANGUAGE_CODE, at),
        "cells_url": _get_address(pk, key, at, "shown_cells"),
    }
    return render(request, "assignments/shown.html", context)


@login_required
@require_safe
def cells(request: SignedInRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """What changed on :func:`show`, as JSON; 204 when nothing did.

    ``have``: the marks of the cells that the page shows, and of their order, parted by dots. The answer:
    ``order`` (ids), ``cells`` (``{id: [mark, html]}``, those not shown yet), ``mark`` (of the order).
    """
    assignment = access.get_assignment(request.user, pk, "follow")
    place = shown.find(request.user, assignment, key)
    found = shown.get_cells(place.copy, request.LANGUAGE_CODE) or []
    have = set(request.GET.get("have", "").split("."))
    order = [cell.id for cell in found]
    mark = hashlib.blake2s(",".join(order).encode(), digest_size=6).hexdigest()
    if have.issuperset([mark, *(cell.mark for cell in found)]):
        return HttpResponse(status=204)
    news: dict[str, Any] = {
        cell.id: [cell.mark, cell.html] for cell in found if cell.mark not in have
    }
    return JsonResponse({"order": order, "cells": news, "mark": mark})
