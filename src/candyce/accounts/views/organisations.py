"""Administration: the overview, organisations and school years."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from candyce.accounts import access, queries_admin
from candyce.accounts.actions.organisations import (
    do_create_organisation,
    do_create_session,
    do_update_organisation,
)
from candyce.accounts.forms_admin import OrganisationForm, SessionForm
from candyce.accounts.requests import SignedInRequest
from candyce.accounts.views.guards import administration, get_posted


@administration
def home(request: SignedInRequest) -> HttpResponse:
    organisations = queries_admin.get_organisations(request.user)
    return render(request, "accounts/admin_home.html", {"organisations": organisations})


@administration
def create_organisation(request: SignedInRequest) -> HttpResponse:
    form = OrganisationForm(request.user, None, get_posted(request))
    if not form.has_parents:
        return render(request, "accounts/organisation_none.html")
    if request.method == "POST" and form.is_valid():
        organisation = do_create_organisation(**form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The organisation is created."))
        return redirect("accounts:organisation", pk=organisation.pk)
    return _render_form(request, form, _("New organisation"))


@administration
def organisation(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One organisation: its name, its school years, and the form to add one."""
    thing = access.get_administered_organisation(request.user, pk)
    adding = request.method == "POST"
    form = SessionForm(thing, request.POST if adding else None)
    if adding and form.is_valid():
        do_create_session(thing, **form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The school year is created."))
        return redirect("accounts:organisation", pk=pk)
    context = {
        "organisation": thing,
        "sessions": thing.sessions.all(),
        "form": form,
        "below": access.administered_organisations(request.user).filter(parent=thing),
    }
    return render(
        request, "accounts/organisation.html", context, status=422 if form.errors else 200
    )


@administration
def edit_organisation(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    thing = access.get_administered_organisation(request.user, pk)
    initial = {"name": thing.name, "kind": thing.type, "identifier": thing.identifier}
    form = OrganisationForm(request.user, thing, get_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        do_update_organisation(thing, **form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The changes are saved."))
        return redirect("accounts:organisation", pk=pk)
    return _render_form(request, form, thing.name)


def _render_form(request: SignedInRequest, form: OrganisationForm, heading: str) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "heading": heading, "back": "accounts:admin_home"}
    return render(request, "accounts/admin_form.html", context, status=status)
