"""The bank of comments."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.access import taught_classes
from candyce.accounts.http import SignedInRequest
from candyce.grading import bank
from candyce.grading.forms import CommentForm
from candyce.lib.errors import NotFound

SHOWN = 400  # comments


def _check(request: SignedInRequest) -> None:
    """The bank is a teacher's: for whoever teaches no class the page does not exist."""
    if not taught_classes(request.user).exists() and not bank.get_comments(request.user).exists():
        raise NotFound


@login_required
@require_safe
def as_json(request: SignedInRequest) -> HttpResponse:
    """The person's comments, most used first: ``{"comments": [[text, uses], …]}``."""
    found = bank.get_comments(request.user)[:SHOWN]
    return JsonResponse({"comments": [[one.text, one.uses] for one in found]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: SignedInRequest) -> HttpResponse:
    """The bank: found, added to, tidied."""
    _check(request)
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        bank.add(form.cleaned_data["text"], acting_user=request.user)
        messages.success(request, _("The comment is in the bank."))
        return redirect("grading:comments")
    comments = bank.get_comments(request.user)
    return render(request, "grading/comments.html", {"form": form, "comments": comments})


@login_required
@require_POST
def forget(request: SignedInRequest, pk: int) -> HttpResponse:
    bank.forget(bank.find_comment(request.user, pk), acting_user=request.user)
    messages.success(request, _("The comment is out of the bank. Where you used it, it stays."))
    return redirect("grading:comments")
