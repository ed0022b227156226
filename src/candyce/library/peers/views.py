"""Pages of opinions, recommendations and reports."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from candyce.accounts.http import SignedInRequest
from candyce.lib.errors import CandyceError, Conflict, NotFound
from candyce.lib.forms import RefusableForm
from candyce.library import access
from candyce.library.models import Resource, Review
from candyce.library.peers import access as peers
from candyce.library.peers import actions, forms, moderation, queries

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _back(slug: str, place: str) -> HttpResponse:
    return redirect(f"{reverse('library:detail', args=[slug])}#{place}")


@require_safe
@login_required
def show_reviews(request: SignedInRequest, slug: str) -> HttpResponse:
    """All that colleagues say of a resource."""
    resource = access.get_resource(request.user, slug)
    context = queries.get_page(request.user, resource, request.GET.get("page"))
    return render(request, "library/peers/reviews.html", {"resource": resource, **context})


@form_page
@login_required
def edit_review(request: SignedInRequest, slug: str) -> HttpResponse:
    """Rate, or change what one said."""
    resource = peers.get_to_review(request.user, slug)
    mine = Review.objects.filter(resource=resource, user=request.user).first()
    form = forms.ReviewForm(request.POST or None, review=mine)
    if request.method == "POST" and form.is_valid():
        try:
            actions.do_review(
                resource,
                marks=form.get_marks(),
                comment=form.cleaned_data["comment"],
                acting_user=request.user,
            )
        except CandyceError as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("Your opinion is on the page. Thank you!"))
            return _back(slug, "reviews")
    edition = resource.editions.first()
    context = {"resource": resource, "form": form, "mine": mine, "edition": edition}
    return _render(request, "library/peers/review.html", context, form)


@require_POST
@login_required
def delete_review(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take one's own opinion back."""
    resource = access.get_resource(request.user, slug)
    review = resource.reviews.filter(user=request.user).first()
    if review is None:
        raise NotFound
    actions.do_delete_review(review, acting_user=request.user)
    messages.success(request, _("Your opinion is deleted."))
    return _back(slug, "reviews")


@form_page
@login_required
def answer(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """The authors answer a comment."""
    review = peers.get_to_answer(request.user, slug, pk)
    form = forms.AnswerForm(request.POST or None, initial={"text": review.answer})
    if request.method == "POST" and form.is_valid():
        actions.do_answer(review, text=form.cleaned_data["text"], acting_user=request.user)
        messages.success(request, _("Your answer is on the page."))
        return _back(slug, f"review-{review.pk}")
    opinion = queries.describe(review, request.user, last=0, named=access.is_staff(request.user))
    context = {"resource": review.resource, "form": form, "opinion": opinion}
    return _render(request, "library/peers/answer.html", context, form)


@form_page
@login_required
def recommend(request: SignedInRequest, slug: str) -> HttpResponse:
    """An inspector recommends a resource."""
    resource = peers.get_to_endorse(request.user, slug)
    form = forms.EndorsementForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.do_endorse(
                resource,
                label=form.cleaned_data["label"],
                reason=form.cleaned_data["reason"],
                organisation=form.cleaned_data.get("organisation"),
                acting_user=request.user,
            )
        except Conflict as error:
            form.add_error_of(error)
        else:
            messages.success(request, _("Your recommendation is on the page."))
            return _back(slug, "endorsements")
    context = {"resource": resource, "form": form, "edition": resource.editions.first()}
    return _render(request, "library/peers/recommend.html", context, form)


@require_POST
@login_required
def withdraw_recommendation(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """An inspector recommends it no longer."""
    endorsement = peers.get_to_withdraw(request.user, slug, pk)
    actions.do_withdraw_endorsement(endorsement, acting_user=request.user)
    messages.success(request, _("The recommendation is withdrawn."))
    return _back(slug, "reviews")


@form_page
@login_required
def report(request: SignedInRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Tell the moderators what is wrong; and read what became of what one told."""
    before = list(moderation.get_own_reports(request.user, slug))
    try:
        resource = access.get_resource(request.user, slug)
    except NotFound:
        if pk is not None or request.method == "POST" or not before:
            raise
        resource = Resource.objects.get(pk=slug)  # withdrawn since: what was decided stays readable
        context = {"resource": resource, "gone": True, "before": before}
        return render(request, "library/peers/report.html", context)
    review = peers.get_review(request.user, slug, pk) if pk is not None else None
    form = forms.ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            moderation.do_report(
                resource, **form.cleaned_data, review=review, acting_user=request.user
            )
        except CandyceError as error:
            form.add_error_of(error)
            status = error.status
            context = {"resource": resource, "review": review, "form": form, "before": before}
            return render(request, "library/peers/report.html", context, status=status)
        messages.success(request, _("Thank you: a moderator will read your report."))
        return redirect("library:detail", slug)
    context = {"resource": resource, "review": review, "form": form, "before": before}
    return _render(request, "library/peers/report.html", context, form)


def _render(
    request: SignedInRequest, template: str, context: dict[str, object], form: RefusableForm
) -> HttpResponse:
    return render(request, template, context, status=422 if form.is_bound else 200)
