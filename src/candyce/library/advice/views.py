"""Pages of advice: more suggestions, and what one decides about them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.library.advice import actions, queries
from candyce.library.advice.forms import PreferencesForm, make_initial
from candyce.library.advice.profile import get_reader
from candyce.library.models import Use

MANY = 12


@require_safe
@login_required
def show_for_you(request: SignedInRequest) -> HttpResponse:
    """More of what the home page shows a few of."""
    actions.check_may_be_advised(request.user)
    context = {
        "for_you": queries.get_for_you(request.user, count=MANY),
        "reader": get_reader(request.user),
    }
    return render(request, "library/advice/for_you.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_preferences(request: SignedInRequest) -> HttpResponse:
    """Disciplines and levels taught, recommendations on or off, and what is recorded."""
    actions.check_may_be_advised(request.user)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            actions.set_preferences(acting_user=request.user, **form.cleaned_data)
            messages.success(request, _("Your choices are saved."))
            return redirect("library:preferences")
    else:
        form = PreferencesForm(initial=make_initial(get_reader(request.user)))
    context = {"form": form, "uses": Use.objects.filter(user=request.user).count()}
    return render(request, "library/advice/preferences.html", context)


@require_POST
@login_required
def forget(request: SignedInRequest) -> HttpResponse:
    """Delete what was recorded."""
    count = actions.forget_uses(acting_user=request.user)
    text = ngettext("%(count)d line is deleted.", "%(count)d lines are deleted.", count)
    messages.success(request, text % {"count": count})
    return redirect("library:preferences")
