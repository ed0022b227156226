"""Pages of moderators: the queue, a case, the log."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.lib.errors import BadRequest, CandyceError, NotFound
from candyce.lib.markdown import render_remark
from candyce.lib.notebook_html import render_notebook
from candyce.lib.text import MAX_ID, read_number
from candyce.library import access
from candyce.library.models import Resource
from candyce.library.peers import access as peers
from candyce.library.peers import moderation
from candyce.library.peers.forms import DecisionForm
from candyce.library.trust.queries import read_main

PAGE = 50  # handled reports a page


@require_safe
@login_required
def show_queue(request: SignedInRequest) -> HttpResponse:
    """What waits for this moderator, or what was decided."""
    if not peers.is_moderator(request.user):
        raise NotFound
    handled = request.GET.get("show") == "handled"
    context: dict[str, object] = {"handled": handled}
    if handled:
        pages = Paginator(moderation.get_handled(request.user), PAGE)
        context["page"] = pages.get_page(request.GET.get("page"))
    else:
        context["waiting"] = moderation.get_queue(request.user)
    return render(request, "library/peers/queue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show_case(request: SignedInRequest, slug: str) -> HttpResponse:
    """All reports of a resource, and the decisions."""
    resource = peers.get_case(request.user, slug)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moderation.do_decide(
                resource,
                form.get_reports(),
                outcome=form.cleaned_data["outcome"],
                decision=form.cleaned_data["decision"],
                acting_user=request.user,
            )
        except CandyceError as error:
            form.add_error_of(error)
        else:
            messages.success(
                request, _("Your decision is in the log, and those concerned are told.")
            )
            return redirect("library:case", slug)
    return _show_case(request, resource, form)


def _show_case(request: SignedInRequest, resource: Resource, form: DecisionForm) -> HttpResponse:
    notebook = read_main(access.get_version(request.user, resource))
    matters = [
        {
            "matter": matter,
            "comment": render_remark(matter.review.comment) if matter.review else "",
            "form": _get_form(matter, form),
        }
        for matter in moderation.get_matters(request.user, resource)
    ]
    context = {
        "resource": resource,
        "matters": matters,
        "log": moderation.get_log(resource),
        "notebook": render_notebook(notebook) if notebook else None,
        "readable": access.visible_to(request.user).filter(pk=resource.pk).exists(),
        "concerned": peers.is_concerned(request.user, resource),
    }
    status = 422 if form.is_bound else 200
    return render(request, "library/peers/case.html", context, status=status)


def _get_form(matter: moderation.Matter, sent: DecisionForm) -> DecisionForm | None:
    """The form of this thing's open reports; the one that was sent comes back with what is wrong."""
    if not matter.open:
        return None
    prefix = f"m{matter.open[0].pk}_%s"
    mine = {str(report.pk) for report in matter.open}
    if sent.is_bound and mine & set(str(sent.data.get("reports", "")).split(",")):
        sent.auto_id = prefix
        return sent
    return DecisionForm(initial={"reports": matter.numbers}, auto_id=prefix)


@require_POST
@login_required
def put_back(request: SignedInRequest, slug: str) -> HttpResponse:
    """Undo a withdrawal."""
    resource = peers.get_case(request.user, slug)
    text = request.POST.get("decision", "").replace("\x00", "").strip()[:2000]
    if not text:
        raise BadRequest(_("Say why: the author reads it."))
    review = None
    if request.POST.get("review"):
        number = read_number(request.POST["review"], MAX_ID)
        hidden = resource.reviews.exclude(hidden_at=None).exclude(reports=None)
        review = hidden.filter(pk=number or 0).first()
        if review is None:
            raise NotFound
    moderation.do_put_back(resource, review, decision=text, acting_user=request.user)
    if review is None and resource.withdrawn_at:
        said = _(
            "You withdraw it no longer; its author had unpublished it, and may publish it again."
        )
    else:
        said = _("It is back in the library.")
    messages.success(request, said)
    return redirect("library:case", slug)
