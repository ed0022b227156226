"""The history of a project's files, on the portal."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.collab.history import access, actions, playback, show, timeline, words
from candyce.collab.history import compare as comparing
from candyce.collab.history import place as places
from candyce.collab.history.frames import list_frames
from candyce.collab.history.moments import Moment
from candyce.collab.history.place import Place, Shown
from candyce.lib.errors import BadRequest, CandyceError, NotFound
from candyce.projects.access import WRITE
from candyce.projects.actions import TITLE_LIMIT
from candyce.projects.models import Project

PAGE = 50  # entries of the timeline on a page


def make_url(name: str, place: Place, **values: Any) -> str:
    """The address of a page of this file's history."""
    query = {"path": place.path} | {key: value for key, value in values.items() if value}
    return f"{reverse(f'collab:{name}', args=[place.project.pk])}?{urlencode(query)}"


def _context(place: Place) -> dict[str, Any]:
    return {
        "place": place,
        "project": place.project,
        "file": urlencode({"path": place.path}),
        "in_copy": place.project.kind == Project.Kind.COPY,  # the menu's "My projects" is not here
    }


def _read_number(values: QueryDict, name: str, default: int = 0) -> int:
    text = values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else default


# --- reading ---------------------------------------------------------------------------------


@require_safe
@login_required
def history(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The timeline: who changed what and when (``path``, ``person``, ``page``)."""
    place = places.enter(request, pk, request.GET)
    entries = place.list_entries()
    people = timeline.list_people(entries)
    person = next((one for one in people if str(one.pk) == request.GET.get("person")), None)
    found = timeline.filter_by_person(entries, person.pk if person else None)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for entry in page:
        entry.did = words.say_entry(entry)
    chosen = {"person": str(person.pk)} if person else {}
    context = _context(place) | {
        "page": page,
        "days": timeline.group_by_day(page),
        "total": len(found),
        "people": people,
        "person": person,
        "paths": places.list_paths(place.project),
        "address": urlencode({"path": place.path} | chosen),
        "keeps_days": timeline.get_days(),
    }
    return render(request, "collab/history.html", context)


@require_safe
@login_required
def moment(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The file as it was at a moment (``m``, else now), with the moments before and after."""
    place = places.enter(request, pk, request.GET)
    shown = places.find(place, request.GET.get("m", "now"))
    return _show_moment(request, place, shown)


def _show_moment(
    request: SignedInRequest, place: Place, shown: Shown, *, error: str = "", typed: str = ""
) -> HttpResponse:
    entries = place.list_entries()
    older, newer = timeline.find_neighbours(entries, shown.key, shown.at)
    here = [entry for entry in entries if entry.key == shown.key]
    for entry in here:
        entry.did = words.say_entry(entry)
    context = _context(place) | {
        "shown": shown,
        "here": here,
        "older": older,
        "newer": newer,
        "html": show.render(shown.content, place.path),
        "error": error,
        "typed": typed,
    }
    return render(request, "collab/moment.html", context, status=422 if error else 200)


@require_safe
@login_required
def compare(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What differs between a moment (``m``, else now) and another (``with``: a key, ``now`` or ``before``)."""
    place = places.enter(request, pk, request.GET)
    shown = places.find(place, request.GET.get("m", "now"))
    wanted = request.GET.get("with") or "now"
    other = _find_before(place, shown) if wanted == "before" else places.find(place, wanted)
    first, second = sorted((shown, other or shown), key=lambda one: (one.at, one.seq or 0))
    context = _context(place) | {
        "shown": shown,
        "first": first,
        "second": second,
        "wanted": wanted,
        "is_first": other is None,
        "comparison": comparing.compare(first.content, second.content),
    }
    return render(request, "collab/compare.html", context)


def _find_before(place: Place, shown: Shown) -> Shown | None:
    """The moment before this run of work, or before this entry of the timeline."""
    entries = place.list_entries()
    mark = next((one.mark for one in entries if one.key == shown.key and one.mark), None)
    if mark is not None and mark["first"] > 1:
        try:
            return places.find(place, str(mark["first"] - 1))
        except NotFound:  # its detail was thinned away: the entry before will do
            pass
    older, _newer = timeline.find_neighbours(entries, shown.key, shown.at)
    return places.find(place, older.key) if older else None


@require_safe
@login_required
def play(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """How the file came to be, frame after frame (``i``: a frame, or ``m``: an update)."""
    place = places.enter(request, pk, request.GET)
    context = _context(place)
    if place.document is not None:
        frames = list_frames(place.document)
        seq = _read_number(request.GET, "m")
        number = playback.find_frame(place.document, seq) if seq else _read_number(request.GET, "i")
        number = max(0, min(number, len(frames) - 1))
        _opening, scenes = playback.make_scenes(place.document, frames, number, 1)
        context |= {
            "total": len(frames),
            "last": len(frames) - 1,
            "number": number,
            "scene": scenes[0] if scenes else None,
            "frames_url": make_url("frames", place),
        }
    return render(request, "collab/play.html", context)


@require_safe
@login_required
def frames(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Frames ``from`` and on as JSON: ``{"frames": [...], "html": {digest: html}}``.

    With ``full`` the HTML of every cell is there, without it only what the frame before did not have.
    """
    place = places.enter(request, pk, request.GET)
    if place.document is None:
        raise NotFound
    start = _read_number(request.GET, "from")
    count = _read_number(request.GET, "count", 1)
    all_frames = list_frames(place.document)
    opening, scenes = playback.make_scenes(place.document, all_frames, start, count)
    html: dict[str, str] = {}
    for scene in scenes:
        html |= scene.picture.html
    if opening is not None and "full" not in request.GET:
        html = {digest: text for digest, text in html.items() if digest not in opening.html}
    answer = {"frames": [_describe_scene(scene) for scene in scenes], "html": html}
    return JsonResponse(answer)


def _describe_scene(scene: playback.Scene) -> dict[str, Any]:
    return {
        "number": scene.number,
        "caption": render_to_string("collab/_caption.html", {"scene": scene}),
        "cells": [[cell, digest, scene.changed.get(cell, "")] for cell, digest in scene.picture.cells],
    }  # fmt: skip


# --- doing -----------------------------------------------------------------------------------


@require_POST
@login_required
def restore(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the file the content of a moment again."""
    place = places.enter(request, pk, request.POST, WRITE)
    shown = places.find(place, request.POST.get("m", ""))
    document = access.get_document(place.project, place.path)
    actions.restore(document, shown.content, seq=shown.seq, acting_user=request.user)
    text = _("The file is again as it was on %(moment)s. Restore another moment to undo this.")
    messages.success(request, text % {"moment": _say(shown)})
    return redirect(make_url("history", place))


def _say(shown: Shown) -> str:
    return date_format(timezone.localtime(shown.at), "DATETIME_FORMAT")


@require_POST
@login_required
def fork(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A project of one's own that begins with a moment."""
    place = places.enter(request, pk, request.POST)
    shown = places.find(place, request.POST.get("m", ""))
    title = f"{place.title} ({_say(shown)})"
    made = actions.fork(
        place.project,
        place.path,
        shown.content,
        acting_user=request.user,
        title=title if len(title) <= TITLE_LIMIT else place.title,
    )
    messages.success(request, _("“%(title)s” is a project of your own.") % {"title": made})
    return redirect("projects:detail", made.pk)


@require_POST
@login_required
def name(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Name a moment, so that it is kept and found again."""
    place = places.enter(request, pk, request.POST, WRITE)
    shown = places.find(place, request.POST.get("m", ""))
    if shown.seq is None:
        raise BadRequest
    document = access.get_document(place.project, place.path)
    typed = request.POST.get("name", "")
    try:
        kept = actions.name_moment(
            document,
            Moment(shown.seq, None, shown.at),
            shown.content,
            name=typed,
            acting_user=request.user,
        )
    except CandyceError as error:
        return _show_moment(request, place, shown, error=str(error), typed=typed[:200])
    messages.success(request, _("This moment is now called “%(name)s”.") % {"name": kept.name})
    return redirect(make_url("history", place))


@require_POST
@login_required
def unname(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a name away."""
    place = places.enter(request, pk, request.POST)
    number = _read_number(request.POST, "kept")
    kept = access.get_named(request.user, place.project, number)
    actions.unname(kept, acting_user=request.user)
    messages.success(request, _("The name “%(name)s” is deleted.") % {"name": kept.name})
    return redirect(make_url("history", place))
