"""Pages of collections and sequences, and the two buttons of a resource that lead there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.access import is_teacher
from candyce.accounts.http import SignedInRequest
from candyce.accounts.navigation import is_own_path
from candyce.lib.errors import BadRequest
from candyce.library.access import get_resource
from candyce.library.models import Collection
from candyce.library.sequences import access, actions, queries
from candyce.library.sequences.forms import CollectionForm, MoveForm, NoteForm, get_initial

PAGE = ["GET", "HEAD", "POST"]


def is_part(request: HttpRequest) -> bool:
    """Whether a script of the page asks, for the part that stands in it."""
    return request.headers.get("X-Requested-With") == "fetch"


def go_to(collection: Collection, *, item: int | None = None) -> HttpResponse:
    address = reverse("library:collection", args=[collection.key])
    return redirect(f"{address}#item-{item}" if item else address)


# --- reading ------------------------------------------------------------------------------------


@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    """Mine, those shared with me, those that ship; without an account, what is for everyone."""
    context = queries.get_lists(request.user)
    context["may_collect"] = access.may_collect(request.user)
    return render(request, "library/sequences/list.html", context)


@require_safe
def show(request: HttpRequest, key: str) -> HttpResponse:
    """One collection, in its order; whoever owns it arranges it here."""
    user = request.user
    collection = access.get_collection(user, key)
    origin = collection.copied_from
    if origin is not None and not access.visible_to(user).filter(pk=origin.pk).exists():
        origin = None
    context = {
        "collection": collection,
        "shown": queries.get_shown(user, collection),
        "own": user.is_authenticated and collection.owner_id == user.pk,
        "origin": origin,
        "may_collect": access.may_collect(user),
        "may_give": user.is_authenticated and is_teacher(user),
    }
    return render(request, "library/sequences/show.html", context)


# --- making and changing ------------------------------------------------------------------------


@login_required
@require_http_methods(PAGE)
def create(request: SignedInRequest) -> HttpResponse:
    """A new collection; the resource named in the address is put into it."""
    access.check_may_collect(request.user)
    resource = None
    if request.GET.get("resource", "").isprintable() and request.GET.get("resource"):
        resource = get_resource(request.user, request.GET["resource"])
    initial = {"kind": Collection.Kind.SEQUENCE, "visibility": "me"}
    form = CollectionForm(request.user, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_collection(form.get_said(), acting_user=request.user)
        except BadRequest as error:
            form.add_error_of(error)
        else:
            if resource is not None:
                actions.add_item(made, resource, acting_user=request.user)
            messages.success(request, _("“%(title)s” is made.") % {"title": made})
            return go_to(made)
    context = {"form": form, "resource": resource}
    return render(request, "library/sequences/edit.html", context)


@login_required
@require_http_methods(PAGE)
def edit(request: SignedInRequest, key: str) -> HttpResponse:
    """Title, description, kind, and who may read it."""
    collection = access.get_own_collection(request.user, key)
    initial = get_initial(collection)
    form = CollectionForm(request.user, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_collection(collection, form.get_said(), acting_user=request.user)
        except BadRequest as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("The changes are saved."))
            return go_to(collection)
    context = {"form": form, "collection": collection}
    return render(request, "library/sequences/edit.html", context)


@login_required
@require_http_methods(PAGE)
def delete(request: SignedInRequest, key: str) -> HttpResponse:
    """Asks, then deletes the collection; the resources stay in the library."""
    collection = access.get_own_collection(request.user, key)
    if request.method == "POST":
        title = str(collection)
        actions.delete_collection(collection, acting_user=request.user)
        messages.success(request, _("“%(title)s” is deleted.") % {"title": title})
        return redirect("library:collections")
    return render(request, "library/sequences/delete.html", {"collection": collection})


@login_required
@require_POST
def copy(request: SignedInRequest, key: str) -> HttpResponse:
    """A copy among one's own, to arrange as one likes."""
    collection = access.get_collection(request.user, key)
    made = actions.copy_collection(collection, acting_user=request.user)
    messages.success(
        request, _("“%(title)s” is now yours too: arrange it as you like.") % {"title": made}
    )
    return go_to(made)


# --- items --------------------------------------------------------------------------------------


@login_required
@require_POST
def move(request: SignedInRequest, key: str, item: int) -> HttpResponse:
    """By a place or to a place; a script is told the order that holds now."""
    collection = access.get_own_collection(request.user, key)
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    moved = access.get_own_item(request.user, collection, item)
    wanted: dict[str, Any] = form.cleaned_data
    order = actions.move_item(moved, acting_user=request.user, **wanted)
    if is_part(request):
        return JsonResponse({"order": order})
    return go_to(collection, item=item)


@login_required
@require_POST
def note(request: SignedInRequest, key: str, item: int) -> HttpResponse:
    collection = access.get_own_collection(request.user, key)
    noted = access.get_own_item(request.user, collection, item)
    form = NoteForm(request.POST)
    if form.is_valid():
        actions.set_note(noted, form.cleaned_data["note"], acting_user=request.user)
        messages.success(request, _("The note is saved."))
    else:
        messages.error(request, _("This note is too long: it is not saved."))
    return go_to(collection, item=item)


@login_required
@require_POST
def remove(request: SignedInRequest, key: str, item: int) -> HttpResponse:
    collection = access.get_own_collection(request.user, key)
    removed = access.get_own_item(request.user, collection, item)
    actions.remove_item(removed, acting_user=request.user)
    messages.success(
        request, _("“%(title)s” is no longer here.") % {"title": removed.resource.title}
    )
    return go_to(collection)


# --- from a resource ----------------------------------------------------------------------------


@login_required
@require_POST
def keep(request: SignedInRequest, slug: str) -> HttpResponse:
    """Keep the resource (``kept=1``) or no more (``kept=0``), then back to where the button stands."""
    resource = get_resource(request.user, slug)
    kept = request.POST.get("kept") != "0"
    verb = actions.keep if kept else actions.keep_no_more
    verb(resource, acting_user=request.user)
    if is_part(request):
        return JsonResponse({"kept": kept})
    then = request.POST.get("next", "")
    return redirect(then if is_own_path(then) else reverse("library:detail", args=[slug]))


@login_required
@require_http_methods(PAGE)
def collect(request: SignedInRequest, slug: str) -> HttpResponse:
    """In which of one's collections the resource stands; a page, or the part that a dialog shows."""
    access.check_may_collect(request.user)
    resource = get_resource(request.user, slug)
    part, told, error, status = is_part(request), "", "", 200
    if request.method == "POST":
        try:
            told = _do_collect(request, resource)
        except BadRequest as refused:
            error, status = " ".join(map(str, refused.fields.values())) or str(refused), 422
        else:
            if not part:
                messages.success(request, told)
                return redirect("library:detail", slug)
    context = {
        "resource": resource,
        "choices": queries.get_choices(request.user, resource),
        "told": told,
        "error": error,
        "title": request.POST.get("title", "")[:200] if error else "",
    }
    template = "library/sequences/_collect.html" if part else "library/sequences/collect.html"
    return render(request, template, context, status=status)


def _do_collect(request: SignedInRequest, resource: Any) -> str:
    """Put the resource where it is ticked, take it from where it no longer is; returns what to tell."""
    ticked = set(request.POST.getlist("collections"))
    shown = set(request.POST.getlist("shown"))
    actions.collect(
        resource,
        acting_user=request.user,
        wanted={
            one: str(one.pk) in ticked
            for one, _held in queries.get_choices(request.user, resource)
            if str(one.pk) in shown
        },
        title=request.POST.get("title", ""),
        kind=request.POST.get("kind") or Collection.Kind.COLLECTION,
    )
    return _("Your collections are up to date.")
