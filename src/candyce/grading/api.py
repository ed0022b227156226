"""The editor's API on marking: the hints of a copy."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse

from candyce.assignments import access
from candyce.assignments.models import Copy
from candyce.grading import hints
from candyce.lib.errors import BadRequest, NotFound
from candyce.projects.access import WRITE
from candyce.projects.api import capability, methods, read_json
from candyce.projects.capabilities import Capability

PATH_LIMIT = 400
QUESTION_LIMIT = 200


@capability(WRITE)
def post_hint(request: HttpRequest, cap: Capability) -> JsonResponse:
    copy = _get_copy(cap)
    body = read_json(request)
    path = _read_text(body, "path", PATH_LIMIT)
    question = _read_text(body, "question", QUESTION_LIMIT)
    hint = hints.use_hint(copy, path, question, acting_user=cap.user)
    answer = {"text": hint.text, "cost": float(hint.cost), "used": _list_used(copy)}
    return JsonResponse(answer)


@capability()
def get_hint(request: HttpRequest, cap: Capability) -> JsonResponse:
    return JsonResponse({"used": _list_used(_get_copy(cap))})


def _get_copy(cap: Capability) -> Copy:
    copy = access.find_copy(cap.user, cap.project)
    if copy is None:
        raise NotFound
    return copy


def _list_used(copy: Copy) -> list[dict[str, Any]]:
    return [
        {"path": hint.path, "question": hint.question, "text": hint.text, "cost": float(hint.cost)}
        for hint in hints.get_used_hints(copy)
    ]


def _read_text(body: dict[str, Any], name: str, limit: int) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= limit or "\0" in text:
        raise BadRequest
    return text


hint = methods(GET=get_hint, POST=post_hint)
