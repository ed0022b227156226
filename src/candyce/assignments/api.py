"""The editor's assignment bar: hand in and take back, under a token with the right ``submit``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, JsonResponse

from candyce.accounts.models import User
from candyce.assignments import access, actions
from candyce.assignments.describe import describe_copy
from candyce.assignments.models import Copy
from candyce.lib.errors import NotFound
from candyce.projects.access import SUBMIT
from candyce.projects.api import capability, methods
from candyce.projects.capabilities import Capability


def _answer(cap: Capability, action: Callable[..., Copy]) -> JsonResponse:
    copy = access.find_copy(cap.user, cap.project)
    if copy is None:
        raise NotFound
    return JsonResponse(_describe(cap.user, action(copy, acting_user=cap.user)))


def _describe(user: User, copy: Copy) -> dict[str, object]:
    """The copy as it is now. A pupil who hands in a copy given back after an invisible assignment's closing learns
    that it is done, although from here on the copy is not to be seen."""
    with suppress(NotFound):
        copy = access.get_copy(user, copy.pk)
    return describe_copy(user, copy)


@capability(SUBMIT)
def post_hand_in(request: HttpRequest, cap: Capability) -> JsonResponse:
    return _answer(cap, actions.hand_in)


@capability(SUBMIT)
def post_take_back(request: HttpRequest, cap: Capability) -> JsonResponse:
    return _answer(cap, actions.take_back)


hand_in = methods(POST=post_hand_in)
take_back = methods(POST=post_take_back)
