"""Writing points, a comment, a rubric: by the page's script, or by the form alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST

from candyce.accounts.http import SignedInRequest
from candyce.assignments import access
from candyce.assignments.marks import say_mark
from candyce.assignments.models import Copy
from candyce.grading import actions, bank, queries
from candyce.grading.asked import Asked, get_asked
from candyce.grading.forms import AnswerForm
from candyce.grading.models import Answer
from candyce.grading.views.common import Slot, get_back_url, get_base_context, get_save_url
from candyce.lib.errors import BadRequest, Conflict, NotFound


def _find(copy: Copy, pk: int) -> tuple[Answer, Asked]:
    """An answer of this copy, to a question that is (still) asked; raises :class:`NotFound`."""
    answer = queries.get_told_answers().filter(sheet__copy=copy, pk=pk).first()
    if answer is None:
        raise NotFound
    key = (answer.path, answer.question_id)
    for asked in get_asked(copy.assignment):
        if asked.key == key:
            return answer, asked
    raise NotFound


@login_required
@require_POST
def save(request: SignedInRequest, pk: uuid.UUID, answer: int) -> HttpResponse:
    """Write what differs. 409 with both values when somebody else wrote since the page was read."""
    copy = access.get_copy(request.user, pk, "mark")
    found, asked = _find(copy, answer)
    criteria = asked.rubrics.get(found.grade_id, ())
    form = AnswerForm(found, criteria, request.POST)
    status, conflict = 200, False
    if request.POST.get("act") == "theirs":
        pass
    elif form.is_valid():
        try:
            _do_save(request, found, form)
        except Conflict:
            status, conflict = 409, True
        except BadRequest as error:
            form.add_error_of(error)
            status = error.status
    else:
        status = BadRequest.status
    found, asked = _find(copy, answer)
    if status == 200:
        form = AnswerForm(found, criteria)
    slot = Slot(found, form, get_save_url(copy, found), conflict=conflict)
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse(_tell(request, copy, slot), status=status)
    back = get_back_url(request, reverse("grading:copy", args=[copy.pk]))
    if status == 200:
        return redirect(f"{back}#a{found.pk}")
    context = get_base_context(request, copy.assignment)
    context |= {"copy": copy, "slot": slot, "asked": asked, "back": back}
    return render(request, "grading/answer.html", context, status=status)


def _do_save(request: SignedInRequest, answer: Answer, form: AnswerForm) -> None:
    changes = form.get_changes()
    if not changes:
        return  # also when another person wrote the very same
    before = answer.comment
    actions.set_answer(
        answer, revision=form.cleaned_data["revision"], acting_user=request.user, **changes
    )
    if changes.get("comment"):
        bank.remember(changes["comment"], acting_user=request.user, instead_of=before)


def _tell(request: SignedInRequest, copy: Copy, slot: Slot) -> dict[str, Any]:
    """What the page's script shows in place: values as typed again, and the parts that changed, as HTML."""
    copy.refresh_from_db(fields=["mark"])
    answer, form = slot.answer, slot.form
    context = {"slot": slot, "answer": answer, "form": form, "copy": copy}
    return {
        "revision": answer.revision,
        "points": say_mark(answer.points),
        "comment": answer.comment,
        "rubric": {
            f"rubric-{number}": say_mark(form._get_given(one))  # noqa: SLF001
            for number, one in enumerate(form.criteria)
        },
        "todo": queries.get_points(answer) is None,
        "facts": render_to_string("grading/_facts.html", context, request),
        "problem": render_to_string("grading/_problem.html", context, request),
        "mark": say_mark(copy.mark),
    }
