"""Giving a sequence whole, and the page of one that was given."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from candyce.accounts.access import check_teacher
from candyce.accounts.http import SignedInRequest
from candyce.assignments import access, queries
from candyce.assignments.actions.sequences import give_sequence, take_back_sequence
from candyce.assignments.forms_sequences import (
    RhythmForm,
    SequenceForm,
    get_first_values,
    get_values_again,
    say_plan,
)
from candyce.assignments.models import GivenSequence
from candyce.assignments.sequences import STEPS
from candyce.lib.errors import BadRequest, NotFound
from candyce.library.models import Collection, CollectionItem
from candyce.library.sequences.access import get_collection, visible_items


def give(request: SignedInRequest) -> HttpResponse:
    """One form: the rhythm proposes dates (``plan``), what stands in the table is given (``give``)."""
    check_teacher(request.user)
    key = request.GET.get("collection", "")
    if not key.isprintable():  # PostgreSQL refuses to look for a NUL
        raise NotFound
    collection = get_collection(request.user, key)
    found = visible_items(request.user, collection).select_related("resource__version")
    items = list(found[: STEPS + 1])
    if len(items) > STEPS:
        messages.warning(
            request, _("It is very long: only its first %(n)s are here.") % {"n": STEPS}
        )
        items.pop()
    rhythm = RhythmForm(request.POST or None)
    if request.method != "POST":
        values = get_first_values(str(collection), items, rhythm.get_plan())
        form = SequenceForm(request.user, items, initial=values)
        return _show(request, collection, rhythm, form)
    if not rhythm.is_valid():
        form = SequenceForm(request.user, items, request.POST, initial={})
        return _show(request, collection, rhythm, form)
    plan = rhythm.get_plan()
    changed = request.POST.get("planned") != say_plan(plan)
    if request.POST.get("do") == "plan" or changed:
        values = get_values_again(request.POST, items, plan)
        form = SequenceForm(request.user, items, initial=values)
        if request.POST.get("do") != "plan":
            messages.info(request, _("The dates follow the new rhythm: look at them, then give."))
        return _show(request, collection, rhythm, form)
    return _give(request, collection, rhythm, items)


def _give(
    request: SignedInRequest,
    collection: Collection,
    rhythm: RhythmForm,
    items: list[CollectionItem],
) -> HttpResponse:
    form = SequenceForm(request.user, items, request.POST, initial={})
    if form.is_valid():
        clean = form.cleaned_data
        try:
            given = give_sequence(
                acting_user=request.user,
                collection=collection,
                steps=form.get_steps(),
                **{name: clean[name] for name in ("key", "title", "classes", "ahead")},
            )
        except BadRequest as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("The sequence is given."))
            return redirect("assignments:sequence", given.pk)
    return _show(request, collection, rhythm, form)


def _show(
    request: SignedInRequest, collection: Collection, rhythm: RhythmForm, form: SequenceForm
) -> HttpResponse:
    context = {
        "collection": collection,
        "rhythm": rhythm,
        "form": form,
        "zone": settings.TIME_ZONE,
    }
    return render(request, "assignments/give_sequence.html", context)


@login_required
@require_safe
def show(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The steps in order, with how far the pupils are in each."""
    given, summaries = _get(request, pk)
    context = {
        "given": given,
        "summaries": summaries,
        "classes": sorted({name for one in summaries for name in one.classes}),
        "own": given.author_id == request.user.pk,
    }
    return render(request, "assignments/sequence.html", context)


def _get(request: SignedInRequest, pk: uuid.UUID) -> tuple[GivenSequence, list[queries.Summary]]:
    """The sequence with those of its steps that the person follows; raises :class:`NotFound` without any."""
    steps = access.followed_by(request.user).filter(sequence=pk).select_related("sequence")
    summaries = queries.summarise(request.user, steps.order_by("step"))
    if not summaries:
        raise NotFound
    given = summaries[0].assignment.sequence
    assert given is not None
    return given, summaries


@login_required
@require_POST
def take_back(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete all steps of a sequence given by mistake."""
    given, _summaries = _get(request, pk)
    if given.author_id != request.user.pk:
        raise NotFound
    take_back_sequence(given, acting_user=request.user)
    messages.success(request, _("The sequence is taken back: its steps can be restored here."))
    response = redirect("assignments:list")
    response["Location"] += "?show=deleted"
    return response
