"""The editor's API: what was sent to the pupil of the open copy.

Sending is for the portal: a notebook's code may hold the token of the teacher who runs it.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse

from candyce.assignments import access
from candyce.assignments.models import Copy
from candyce.assignments.notices.access import is_reader
from candyce.assignments.notices.actions import mark_read
from candyce.assignments.notices.queries import RECEIVED, Received, get_received
from candyce.lib.errors import BadRequest, NotFound
from candyce.projects.api import capability, methods, read_json
from candyce.projects.capabilities import Capability


def _get_copy(cap: Capability) -> Copy:
    copy = access.find_copy(cap.user, cap.project)
    if copy is None:
        raise NotFound
    return copy


def _answer(cap: Capability, copy: Copy) -> JsonResponse:
    """``mine``: the reader is the one to whom they were sent, and may say that they are read."""
    received = [_describe(one) for one in get_received(cap.user, copy)]
    return JsonResponse({"news": copy.news, "mine": is_reader(cap.user, copy), "notices": received})


def _describe(received: Received) -> dict[str, Any]:
    notice, question = received.notice, received.question
    return {
        "id": str(notice.pk),
        "kind": notice.kind,
        "html": received.html,
        "author": received.author,
        "sent_at": notice.sent_at.isoformat(),
        "seen_at": received.seen_at.isoformat() if received.seen_at else None,
        "question": {
            "path": question.path,
            "id": question.id,
            "cell_id": question.cell_id,
            "title": question.title,
        }
        if question
        else None,
    }


@capability()
def get_notices(request: HttpRequest, cap: Capability) -> JsonResponse:
    return _answer(cap, _get_copy(cap))


@capability()
def post_seen(request: HttpRequest, cap: Capability) -> JsonResponse:
    """``{"ids"}`` -> as :func:`get_notices`."""
    copy = _get_copy(cap)
    mark_read(copy, _read_ids(read_json(request).get("ids")), acting_user=cap.user)
    return _answer(cap, copy)


def _read_ids(value: Any) -> list[uuid.UUID]:
    if not isinstance(value, list) or len(value) > RECEIVED:
        raise BadRequest
    try:
        return [uuid.UUID(one) for one in value]
    except (TypeError, ValueError, AttributeError) as error:
        raise BadRequest from error


notices = methods(GET=get_notices)
seen = methods(POST=post_seen)
