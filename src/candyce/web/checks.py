"""Production refuses to start on settings made for trying out. Each message says what to do.

Read three times: by Django's system checks (``./candyce check``, every management command), by the launcher
before it serves, and by ``candyce.asgi`` whatever started it.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from candyce.accounts.models import Organisation, User

SHORTEST_SECRET = 50
LEAST_VARIETY = 10  # different characters
PRODUCTION_TAG = "production"


def get_production_problems() -> list[str]:
    """Why Candyce may not start in production; empty when it may, and always in demonstration.

    Safe to call inside a running event loop: the database is asked in a thread of its own.
    """
    if not settings.PRODUCTION:
        return []
    problems = [problem for check in _SETTINGS_CHECKS for problem in check()]
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return problems + _find_demo_accounts()
    with ThreadPoolExecutor(max_workers=1) as pool:
        return problems + pool.submit(_find_demo_accounts_apart).result()


def refuse_unsafe_start() -> None:
    """End the process with the list of problems, if there are any; raises :class:`SystemExit`."""
    problems = get_production_problems()
    if problems:
        lines = [_("Candyce does not start in production:"), *(f"- {text}" for text in problems)]
        raise SystemExit("\n".join(lines))


@checks.register(PRODUCTION_TAG)
def check_production(**_options: Any) -> list[checks.CheckMessage]:
    """The same problems as Django's system checks."""
    return [checks.Error(text, id="candyce.E001") for text in get_production_problems()]


def _check_debug() -> Iterator[str]:
    if settings.DEBUG:
        yield _("CANDYCE_DEBUG is on: its pages show secrets to visitors. Remove CANDYCE_DEBUG.")


def _check_secret() -> Iterator[str]:
    secret = settings.SECRET_KEY
    advice = _(
        "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        " and give it in CANDYCE_SECRET_KEY, or its file in CANDYCE_SECRET_KEY_FILE."
    )
    if settings.CANDYCE_SECRET_IS_DEFAULT:
        yield _("No secret is set.") + " " + advice
    elif (
        len(secret) < SHORTEST_SECRET
        or len(set(secret)) < LEAST_VARIETY
        or secret.startswith("django-insecure-")
    ):
        yield _("The secret is too short or too easy to guess.") + " " + advice


def _check_origins() -> Iterator[str]:
    portal, editor = settings.CANDYCE_PORTAL_URL, settings.CANDYCE_EDITOR_URL
    for name, url in (("CANDYCE_PORTAL_URL", portal), ("CANDYCE_EDITOR_URL", editor)):
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            yield _("%(name)s is not an address such as https://candyce.example.org.") % {
                "name": name
            }
        elif parts.scheme == "http" and not is_loopback(parts.hostname):
            yield _(
                "%(name)s is plain http: passwords would cross the network unprotected. Put a proxy with"
                " a certificate in front and write https:// in %(name)s."
            ) % {"name": name}
    if urlsplit(portal).hostname == urlsplit(editor).hostname:
        yield _(
            "The portal and the editor have the same host name (%(host)s), so code in a notebook could"
            " read the portal's session; another port is not enough. Give the editor a host name of its"
            " own in CANDYCE_EDITOR_URL."
        ) % {"host": urlsplit(portal).hostname}


def is_loopback(host: str) -> bool:
    """Whether the host name or address can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _find_demo_accounts() -> list[str]:
    try:
        found = (
            User.objects.filter(is_demo=True).exists()
            or Organisation.objects.filter(is_demo=True).exists()
        )
    except DatabaseError:
        return []  # not migrated yet: no accounts at all
    if not found:
        return []
    return [
        _(
            "The database holds the demonstration school, whose password everyone knows. Start with a new"
            " database: another folder in CANDYCE_DATA, or another address in CANDYCE_DATABASE_URL."
        )
    ]


def _find_demo_accounts_apart() -> list[str]:
    try:
        return _find_demo_accounts()
    finally:
        connection.close()


_SETTINGS_CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    _check_debug,
    _check_secret,
    _check_origins,
)
