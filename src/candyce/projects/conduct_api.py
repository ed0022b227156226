"""The editor's API for who leads in a project (right ``manage``).

It reaches this one project and nothing else: a notebook's code may hold the token of the teacher who
runs it. Freezing a whole class is for the portal.
"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from candyce.accounts.models import User
from candyce.lib.errors import BadRequest, NotFound
from candyce.projects import conduct
from candyce.projects.access import MANAGE
from candyce.projects.api import capability, methods, read_json
from candyce.projects.capabilities import Capability
from candyce.projects.models import Project


def _answer(cap: Capability, project: Project) -> JsonResponse:
    return JsonResponse({"room": conduct.describe_conduct(cap.user, project, cap.rights)})


@capability(MANAGE)
def post_hold(request: HttpRequest, cap: Capability) -> JsonResponse:
    held = read_json(request).get("held")
    if not isinstance(held, bool):
        raise BadRequest
    return _answer(cap, conduct.hold(cap.project, held=held, acting_user=cap.user))


@capability(MANAGE)
def post_pen(request: HttpRequest, cap: Capability) -> JsonResponse:
    username = read_json(request).get("username")
    if username is not None and not isinstance(username, str):
        raise BadRequest
    person = User.objects.filter(username=username, is_active=True).first() if username else None
    if username and person is None:
        raise NotFound
    return _answer(cap, conduct.give_pen(cap.project, person, acting_user=cap.user))


@capability(MANAGE)
def post_outputs(request: HttpRequest, cap: Capability) -> JsonResponse:
    mode = read_json(request).get("mode")
    return _answer(cap, conduct.set_outputs(cap.project, str(mode), acting_user=cap.user))


hold = methods(POST=post_hold)
pen = methods(POST=post_pen)
outputs = methods(POST=post_outputs)
