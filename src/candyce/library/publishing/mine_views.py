"""Pages of an author: my resources, the description of one, who signs with me, out of the library and back."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.access import check_teacher
from candyce.accounts.http import SignedInRequest
from candyce.accounts.models import User
from candyce.lib.errors import NotFound
from candyce.library.models import Resource
from candyce.library.publishing import access, actions, authors, queries
from candyce.library.publishing.forms import DescribeForm, describe_resource
from candyce.library.publishing.widening import Widening, make_widening, widens
from candyce.projects.actions import fork
from candyce.projects.models import Project

form_view = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@login_required
def show_mine(request: SignedInRequest) -> HttpResponse:
    """What I published, what I began, and who asks me to sign with them."""
    check_teacher(request.user)
    resources = list(queries.list_mine(request.user))
    uses = queries.get_uses(resources)
    rows = [(one, uses[one.pk], queries.get_source(request.user, one)) for one in resources]
    context = {
        "rows": rows,
        "drafts": queries.list_drafts(request.user),
        "invitations": queries.list_invitations(request.user),
    }
    return render(request, "library/publishing/mine.html", context)


@form_view
@login_required
def edit(request: SignedInRequest, slug: str) -> HttpResponse:
    """What is said of a resource, and who sees it."""
    resource = access.get_teaching_resource(request.user, slug)
    data = request.POST if request.method == "POST" else None
    initial = describe_resource(resource)
    form = DescribeForm(
        data,
        initial=initial,
        user=request.user,
        resource=resource,
        original=resource.adapted_from,
    )
    if form.is_valid():
        refused = _check_readers(request, resource, form)
        if refused is not None:
            return _show(request, resource, form, refused)
        actions.describe(resource, form.get_values(), acting_user=request.user)
        if "co_authors" in form.cleaned_data:
            authors.set_co_authors(
                resource, form.cleaned_data["co_authors"], acting_user=request.user
            )
        messages.success(request, _("The description is saved."))
        return redirect("library:detail", resource.pk)
    return _show(request, resource, form)


def _check_readers(
    request: SignedInRequest, resource: Resource, form: DescribeForm
) -> Widening | None:
    """What keeps the edition from these readers, who are more than now; None where nothing does."""
    values = form.get_values()
    if not widens(resource, values):
        return None
    widening = make_widening(resource, request.user)
    confirmed = request.POST.get("confirmed", "")
    widening.refusals = widening.find_refusals(values["visibility"], confirmed)
    return widening if widening.refusals else None


def _show(
    request: SignedInRequest,
    resource: Resource,
    form: DescribeForm,
    widening: Widening | None = None,
) -> HttpResponse:
    context = {
        "resource": resource,
        "form": form,
        "owns": resource.owner_id == request.user.pk,
        "co_authors": resource.co_authors.all(),
        "invitations": resource.invitations.select_related("user"),
        "editions": resource.editions.select_related("author"),
    }
    if widening is not None:
        context |= {
            "publication": widening,
            "trial": widening.trial,
            "findings": widening.all_findings,
            "project": queries.get_source(request.user, resource),
        }
    status = 422 if form.errors or widening is not None else 200
    return render(request, "library/publishing/edit.html", context, status=status)


@require_POST
@login_required
def withdraw(request: SignedInRequest, slug: str) -> HttpResponse:
    resource = access.get_teaching_resource(request.user, slug)
    actions.withdraw(resource, acting_user=request.user)
    text = _(
        "“%(title)s” is no longer in the library. Work given with it stays, and you can publish it again."
    )
    messages.success(request, text % {"title": resource.title})
    return redirect("library:mine")


@require_POST
@login_required
def restore(request: SignedInRequest, slug: str) -> HttpResponse:
    resource = access.get_teaching_resource(request.user, slug)
    actions.restore(resource, acting_user=request.user)
    messages.success(request, _("“%(title)s” is in the library again.") % {"title": resource.title})
    return redirect("library:detail", resource.pk)


@require_POST
@login_required
def change_authors(request: SignedInRequest, slug: str) -> HttpResponse:
    """``remove`` or ``hand_over``: the person's id."""
    resource = access.get_owned_resource(request.user, slug)
    if "hand_over" in request.POST:
        person = _find_person(request.POST["hand_over"])
        authors.hand_over(resource, person, acting_user=request.user)
        text = _("%(name)s is the owner of “%(title)s” now; you are a co-author.")
        messages.success(request, text % {"name": person.full_name, "title": resource.title})
    else:
        person = _find_person(request.POST.get("remove", ""))
        authors.remove(resource, person, acting_user=request.user)
    return redirect("library:edit", resource.pk)


def _find_person(pk: str) -> User:
    try:
        person = User.objects.filter(pk=uuid.UUID(pk)).first()
    except ValueError:
        person = None
    if person is None:
        raise NotFound
    return person


@require_POST
@login_required
def answer_invitation(request: SignedInRequest, pk: int) -> HttpResponse:
    """``answer``: ``accept``, else declined."""
    invitation = access.get_invitation(request.user, pk)
    if request.POST.get("answer") == "accept":
        resource = authors.accept(invitation, acting_user=request.user)
        text = _("You are a co-author of “%(title)s”.")
        messages.success(request, text % {"title": resource.title})
        return redirect("library:detail", resource.pk)
    authors.decline(invitation, acting_user=request.user)
    return redirect("library:mine")


@require_POST
@login_required
def make_project(request: SignedInRequest, slug: str) -> HttpResponse:
    """A project of one's own from the last edition, to write the next one in."""
    resource = access.get_teaching_resource(request.user, slug)
    project = fork(
        resource.version,
        acting_user=request.user,
        owner=request.user,
        title=resource.title,
        kind=Project.Kind.PROJECT,
    )
    return redirect("projects:detail", project.pk)
