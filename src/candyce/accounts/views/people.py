"""Administration: people."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from candyce.accounts import access, queries_admin
from candyce.accounts.actions.people import (
    do_add_role,
    do_create_person,
    do_deactivate,
    do_reactivate,
    do_remove_role,
    do_reset_passwords,
    do_update_person,
)
from candyce.accounts.forms_admin import PersonForm, RoleForm
from candyce.accounts.importer.export import export_people
from candyce.accounts.models import Role, User
from candyce.accounts.requests import SignedInRequest
from candyce.accounts.views.guards import administration, get_page, get_posted
from candyce.lib.errors import NotFound


@administration
def people(request: SignedInRequest) -> HttpResponse:
    """Search by name, username or number; filter by role, class and state."""
    filters = _get_filters(request)
    found = queries_admin.search_people(request.user, **filters)
    address = request.GET.copy()
    address.pop("page", None)
    context = {
        "page": get_page(request, found, queries_admin.PAGE),
        "filters": filters,
        "address": address.urlencode(),
        "roles_choices": Role.Name.choices,
        "classes": queries_admin.get_classes(request.user),
        "several": access.administered_organisations(request.user).count() > 1,
    }
    return render(request, "accounts/people.html", context)


@administration
def export(request: SignedInRequest) -> HttpResponse:
    """The people found, as a CSV that the import reads again."""
    found = queries_admin.search_people(request.user, **_get_filters(request))
    response = HttpResponse(export_people(found), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="candyce-people.csv"'
    return response


def _get_filters(request: SignedInRequest) -> dict[str, Any]:
    role = request.GET.get("role", "")
    state = request.GET.get("state", "")
    try:
        class_id = uuid.UUID(request.GET["class"])
        class_ = access.get_administered_class(request.user, class_id)
    except (KeyError, ValueError, NotFound):
        class_ = None
    return {
        "text": request.GET.get("q", "")[:100],
        "role": role if role in Role.Name.values else "",
        "state": state if state in {"inactive", "never"} else "",
        "class_": class_,
    }


@administration
def create_person(request: SignedInRequest) -> HttpResponse:
    form = PersonForm(request.user, None, get_posted(request))
    if request.method == "POST" and form.is_valid():
        created = do_create_person(**form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The account is created."))
        return redirect("accounts:person", pk=created.pk)
    status = 422 if form.errors else 200
    context = {"form": form, "heading": _("New person"), "back": "accounts:people"}
    return render(request, "accounts/admin_form.html", context, status=status)


@administration
def person(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    one = access.get_administered_person(request.user, pk)
    return _render_person(request, one)


def _render_person(request: SignedInRequest, one: User, **more: object) -> HttpResponse:
    context = queries_admin.get_person_page(request.user, one)
    context |= {"role_form": RoleForm(request.user), **more}
    return render(request, "accounts/person.html", context)


@administration
def edit_person(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    one = access.get_manageable_person(request.user, pk)
    names = ("given_name", "family_name", "email", "identifier", "username")
    initial = {name: getattr(one, name) for name in names}
    form = PersonForm(request.user, one, get_posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        do_update_person(one, **form.cleaned_data, acting_user=request.user)
        messages.success(request, _("The changes are saved."))
        return redirect("accounts:person", pk=pk)
    status = 422 if form.errors else 200
    context = {"form": form, "heading": one.full_name, "back": "accounts:people"}
    return render(request, "accounts/admin_form.html", context, status=status)


@require_POST
@administration
def set_active(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Deactivate the account, or open it again with ``active=1``."""
    one = access.get_manageable_person(request.user, pk)
    if request.POST.get("active"):
        do_reactivate(one, acting_user=request.user)
        messages.success(request, _("The account is open again."))
    else:
        do_deactivate(one, acting_user=request.user)
        messages.success(request, _("The account is deactivated."))
    return redirect("accounts:person", pk=pk)


@require_POST
@never_cache
@administration
def reset_password(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Shows the one-time password in this answer and never again."""
    one = access.get_manageable_person(request.user, pk)
    passwords = do_reset_passwords([one], acting_user=request.user)
    return _render_person(request, one, password=passwords[one])


@require_POST
@administration
def add_role(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    one = access.get_manageable_person(request.user, pk)
    form = RoleForm(request.user, request.POST)
    if form.is_valid():
        do_add_role(
            one,
            form.cleaned_data["organisation"],
            form.cleaned_data["role"],
            acting_user=request.user,
        )
        messages.success(request, _("The role is added."))
    else:
        messages.error(request, _("Choose an organisation and a role of the list."))
    return redirect("accounts:person", pk=pk)


@require_POST
@administration
def remove_role(request: SignedInRequest, pk: uuid.UUID, role_pk: int) -> HttpResponse:
    one = access.get_manageable_person(request.user, pk)
    role = one.roles.filter(pk=role_pk).first()
    if role is None:
        raise NotFound
    do_remove_role(one, role, acting_user=request.user)
    messages.success(request, _("The role is removed."))
    return redirect("accounts:person", pk=pk)
