"""Administration: classes, who is in them, and their sign-in cards."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from candyce.accounts import access, queries_admin
from candyce.accounts.actions.classes import (
    do_create_class,
    do_delete_class,
    do_enrol,
    do_unenrol,
    do_update_class,
)
from candyce.accounts.actions.people import do_reset_passwords
from candyce.accounts.forms_admin import ClassForm, sessions_of
from candyce.accounts.models import Enrolment
from candyce.accounts.requests import SignedInRequest
from candyce.accounts.views.guards import administration, get_posted
from candyce.lib.errors import BadRequest, NotFound


@administration
def classes(request: SignedInRequest) -> HttpResponse:
    context = {
        "classes": queries_admin.get_classes(request.user),
        "several": access.administered_organisations(request.user).count() > 1,
    }
    return render(request, "accounts/classes.html", context)


@administration
def create_class(request: SignedInRequest) -> HttpResponse:
    if not sessions_of(request.user).exists():
        return render(request, "accounts/session_none.html")
    form = ClassForm(request.user, None, get_posted(request))
    if request.method == "POST" and form.is_valid():
        created = do_create_class(**form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The class is created. Now add its people."))
        return redirect("accounts:class", pk=created.pk)
    return _render_form(request, form, _("New class"))


@administration
def edit_class(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    class_ = access.get_administered_class(request.user, pk)
    initial = {"title": class_.title, "level": class_.level, "subject": class_.subject}
    form = ClassForm(request.user, class_, get_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        do_update_class(class_, **form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The changes are saved."))
        return redirect("accounts:class", pk=pk)
    return _render_form(request, form, class_.title)


def _render_form(request: SignedInRequest, form: ClassForm, heading: str) -> HttpResponse:
    status = 422 if form.errors else 200
    context = {"form": form, "heading": heading, "back": "accounts:classes"}
    return render(request, "accounts/admin_form.html", context, status=status)


@administration
def class_page(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The roll, and a search for people to add."""
    class_ = access.get_administered_class(request.user, pk)
    text = request.GET.get("q", "")[:100]
    context = {
        "class": class_,
        **queries_admin.get_roll(class_),
        "q": text,
        "found": queries_admin.find_addable(request.user, class_, text),
    }
    return render(request, "accounts/class.html", context)


@require_POST
@administration
def delete_class(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    class_ = access.get_administered_class(request.user, pk)
    do_delete_class(class_, acting_user=request.user)
    messages.success(request, _("The class is deleted."))
    return redirect("accounts:classes")


@require_POST
@administration
def enrol(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    class_ = access.get_administered_class(request.user, pk)
    try:
        person_id = uuid.UUID(request.POST.get("person", ""))
    except ValueError as error:
        raise NotFound from error
    person = access.get_administered_person(request.user, person_id)
    role = request.POST.get("role", "")
    if role not in Enrolment.Role.values:
        raise BadRequest
    do_enrol(class_, person, role, acting_user=request.user)
    messages.success(request, _("%(name)s is in the class.") % {"name": person.full_name})
    return redirect("accounts:class", pk=pk)


@require_POST
@administration
def unenrol(request: SignedInRequest, pk: uuid.UUID, enrolment_pk: int) -> HttpResponse:
    class_ = access.get_administered_class(request.user, pk)
    enrolment = class_.enrolments.select_related("user").filter(pk=enrolment_pk).first()
    if enrolment is None:
        raise NotFound
    do_unenrol(enrolment, acting_user=request.user)
    messages.success(
        request, _("%(name)s is no longer in the class.") % {"name": enrolment.user.full_name}
    )
    return redirect("accounts:class", pk=pk)


@never_cache
@administration
def cards(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Choose pupils, then print cards with passwords made for this one page."""
    class_ = access.get_administered_class(request.user, pk)
    manageable = access.manageable_people(request.user)
    pupils = list(
        manageable.filter(
            enrolments__school_class=class_,
            enrolments__role=Enrolment.Role.STUDENT,
            is_active=True,
        )
    )
    if request.method != "POST":
        return render(request, "accounts/cards_choose.html", {"class": class_, "pupils": pupils})
    ticked = set(request.POST.getlist("pupil"))
    chosen = [pupil for pupil in pupils if str(pupil.pk) in ticked]
    if not chosen:
        messages.error(request, _("Tick at least one pupil."))
        return redirect("accounts:cards", pk=pk)
    passwords = do_reset_passwords(chosen, acting_user=request.user)
    context = {
        "class": class_,
        "cards": [{"person": person, "password": text} for person, text in passwords.items()],
        "address": settings.CANDYCE_PORTAL_URL.split("://", 1)[-1],
    }
    return render(request, "accounts/cards.html", context)
