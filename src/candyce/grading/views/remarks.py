"""Commenting on the notebook of a copy from the marking, without opening it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access
from candyce.assignments import queries as assignment_queries
from candyce.assignments.models import Copy
from candyce.collab.comments import actions, hiding
from candyce.collab.comments.access import get_voice
from candyce.collab.comments.shape import QUOTE
from candyce.exercises.format import get_id, get_source
from candyce.grading import work
from candyce.grading.asked import Asked, get_asked
from candyce.grading.views.common import get_back_url
from candyce.lib.errors import BadRequest, CandyceError, NotFound


@login_required
@require_POST
def write(request: SignedInRequest, pk: uuid.UUID, number: int) -> HttpResponse:
    """Begin a thread at the cell in which the pupil answers question ``number``."""
    copy = access.get_copy(request.user, pk, "mark")
    every = get_asked(copy.assignment)
    if not 1 <= number <= len(every):
        raise NotFound
    voice = get_voice(request.user, copy.project)
    try:
        cell, source = _find_cell(copy, every[number - 1])
        hidden = bool(request.POST.get("hidden")) and hiding.may_hide(voice)
        text = request.POST.get("text", "")
        path = every[number - 1].path
        actions.start(path, acting=voice, cell=cell, text=text, quote=source[:QUOTE], hidden=hidden)
    except BadRequest:
        messages.error(request, _("Write a comment of 2000 characters at most."))
    except CandyceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your comment is in the notebook."))
    return redirect(get_back_url(request, reverse("grading:copy", args=[pk])))


def _find_cell(copy: Copy, asked: Asked) -> tuple[str, str]:
    """Id and source, as the notebook is now; raises :class:`NotFound` where the pupil took the cell away."""
    tree = assignment_queries.get_tree(copy)
    notebook = work.read_notebooks(tree, [asked.path]).get(asked.path)
    found = work.find_work(asked, notebook).cells if notebook else ()
    for cell in found:
        return get_id(cell), get_source(cell)
    raise NotFound
