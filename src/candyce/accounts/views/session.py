"""Signing in and out, preferences."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from candyce.accounts import queries
from candyce.accounts.actions.session import (
    WrongPassword,
    do_demo_sign_in,
    do_set_display,
    do_set_password,
    do_sign_in,
    do_sign_out,
)
from candyce.accounts.forms import DisplayForm, PasswordForm, SignInForm
from candyce.accounts.navigation import get_next
from candyce.accounts.requests import SignedInRequest
from candyce.accounts.throttle import TooManySignIns

YEAR = 365 * 24 * 3600
THEME_COOKIE = "candyce-theme"


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and in demonstration mode each role in one click."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect(get_next(request))
        return _show_sign_in(request, SignInForm(), 200)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _show_sign_in(request, form, 422)
    try:
        do_sign_in(request, **form.cleaned_data)
    except WrongPassword as error:
        form.add_error(None, str(error))
        return _show_sign_in(request, form, 422)
    except TooManySignIns as error:
        form.add_error(None, str(error))
        response = _show_sign_in(request, form, error.status)
        wait = (error.until - timezone.now()).total_seconds()
        response.headers["Retry-After"] = str(max(1, int(wait)))
        return response
    return redirect(get_next(request))


def _show_sign_in(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    context = {
        "form": form,
        "next": get_next(request),
        "people": queries.get_shown_demo_people() if settings.CANDYCE_DEMO else [],
        "following": "next" in request.GET or "next" in request.POST,
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click on the sign-in page; exists only in the demonstration."""
    do_demo_sign_in(request, request.POST.get("username", ""))
    return redirect(get_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    do_sign_out(request)
    messages.success(request, _("You are signed out."))
    response = redirect("accounts:sign_in")
    # the keys of what this browser could open without a network
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


@login_required
def preferences(request: SignedInRequest) -> HttpResponse:
    """Language and theme; the password has its own page."""
    user = request.user
    form = DisplayForm(
        request.POST if request.method == "POST" else None,
        initial={"language": user.language, "theme": user.theme},
    )
    if request.method == "POST" and form.is_valid():
        response = redirect("accounts:preferences")
        _keep_display(request, response, form.cleaned_data["language"], form.cleaned_data["theme"])
        with translation.override(form.cleaned_data["language"] or request.LANGUAGE_CODE):
            messages.success(request, _("Your preferences are saved."))
        return response
    status = 422 if form.errors else 200
    return render(request, "accounts/preferences.html", {"form": form}, status=status)


@sensitive_post_parameters()
@never_cache
@login_required
def change_password(request: SignedInRequest) -> HttpResponse:
    user = request.user
    form = PasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        do_set_password(request, form.cleaned_data["new"], acting_user=user)
        messages.success(request, _("Your password is changed."))
        return redirect(get_next(request))
    context = {"form": form, "next": get_next(request), "first": user.must_change_password}
    return render(
        request, "accounts/change_password.html", context, status=422 if form.errors else 200
    )


@require_POST
def set_display(request: HttpRequest) -> HttpResponse:
    """The switches of every page: the language or the theme, signed in or not."""
    response = redirect(get_next(request))
    form = DisplayForm(request.POST)
    if form.is_valid():
        language = form.cleaned_data["language"] if "language" in request.POST else None
        theme = form.cleaned_data["theme"] if "theme" in request.POST else None
        _keep_display(request, response, language, theme)
    return response


def _keep_display(
    request: HttpRequest, response: HttpResponse, language: str | None, theme: str | None
) -> None:
    if request.user.is_authenticated:
        do_set_display(language=language, theme=theme, acting_user=request.user)
        if language:
            request.session["language"] = language
        elif language is not None:
            request.session.pop("language", None)
    _keep_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    _keep_cookie(response, THEME_COOKIE, theme)


def _keep_cookie(response: HttpResponse, name: str, value: str | None) -> None:
    if value:
        response.set_cookie(
            name,
            value,
            max_age=YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    elif value is not None:
        response.delete_cookie(name, samesite="Lax")
