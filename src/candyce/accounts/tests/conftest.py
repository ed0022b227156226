"""Browsers of this room's stories: they speak English, so that messages can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from candyce.accounts.models import User
from candyce.lib.origins import get_host


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def new_browser() -> Callable[..., Client]:
    """Make a browser on the portal; extra arguments are of the WSGI environment or the client's."""

    def make(**extra: object) -> Client:
        host = get_host(settings.CANDYCE_PORTAL_URL)
        return Client(HTTP_HOST=host, HTTP_ACCEPT_LANGUAGE="en", **extra)

    return make


@pytest.fixture
def browser(new_browser: Callable[..., Client]) -> Client:
    return new_browser()


@pytest.fixture
def browse_as(new_browser: Callable[..., Client]) -> Callable[[User], Client]:
    """A browser where the person is signed in."""

    def sign_in(user: User) -> Client:
        client = new_browser()
        client.force_login(user)
        return client

    return sign_in
