"""The editor's API on comments.

It reaches this one project and nothing else, as all of a capability token's: a notebook's code may hold
the token of the teacher who runs it. That is why a teacher's bank of comments is not here.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, JsonResponse

from candyce.collab.comments import access, actions, hiding, queries
from candyce.collab.comments.access import Voice
from candyce.collab.comments.anchors import read_anchor
from candyce.collab.comments.shape import describe
from candyce.collab.models import CommentThread
from candyce.lib.errors import BadRequest, NotFound
from candyce.projects.access import COMMENT
from candyce.projects.api import capability, methods, read_json
from candyce.projects.capabilities import Capability

PATH_LIMIT = 400
QUOTE_LIMIT = 20_000


def _voice(cap: Capability) -> Voice:
    return Voice(cap.user, cap.project, cap.rights)


@capability()
def get_threads(request: HttpRequest, cap: Capability) -> JsonResponse:
    """What this person may do, and the threads that only they are told."""
    voice = _voice(cap)
    document = access.find_document(voice, request.GET.get("path", ""))
    hidden: dict[str, Any] = {}
    if document is not None and voice.sees_hidden:
        found = queries.get_threads(document.pk).filter(hidden=True)
        hidden = {str(thread.pk): describe(thread) for thread in found}
    may_hide = hiding.may_hide(voice)
    return JsonResponse(
        {
            "hidden": hidden,
            "may_comment": voice.may_comment,
            "manages": voice.manages,
            "may_hide": may_hide,
            "hide": may_hide and hiding.hides_at_first(voice),
        }
    )


@capability(COMMENT)
def post_thread(request: HttpRequest, cap: Capability) -> JsonResponse:
    body = read_json(request)
    hidden = body.get("hidden", False)
    if not isinstance(hidden, bool):
        raise BadRequest
    thread = actions.start(
        _read_text(body, "path", PATH_LIMIT),
        acting=_voice(cap),
        cell=_read_text(body, "cell", PATH_LIMIT),
        text=_read_text(body, "text", QUOTE_LIMIT),
        anchor=read_anchor(body.get("anchor")),
        quote=_read_text(body, "quote", QUOTE_LIMIT, empty=True),
        hidden=hidden,
    )
    return _answer(thread)


@capability(COMMENT)
def post_reply(request: HttpRequest, cap: Capability, pk: uuid.UUID) -> JsonResponse:
    voice = _voice(cap)
    thread = access.get_thread(voice, pk)
    actions.reply(thread, _read_text(read_json(request), "text", QUOTE_LIMIT), acting=voice)
    return _answer(thread)


@capability(COMMENT)
def post_resolve(request: HttpRequest, cap: Capability, pk: uuid.UUID) -> JsonResponse:
    voice = _voice(cap)
    resolved = read_json(request).get("resolved")
    if not isinstance(resolved, bool):
        raise BadRequest
    return _answer(actions.resolve(access.get_thread(voice, pk), resolved=resolved, acting=voice))


@capability(COMMENT)
def post_show(request: HttpRequest, cap: Capability, pk: uuid.UUID) -> JsonResponse:
    voice = _voice(cap)
    return _answer(actions.show(access.get_thread(voice, pk), acting=voice))


@capability(COMMENT)
def post_message(request: HttpRequest, cap: Capability, pk: uuid.UUID) -> JsonResponse:
    voice = _voice(cap)
    message = access.get_message(voice, pk, to_edit=True)
    text = _read_text(read_json(request), "text", QUOTE_LIMIT)
    return _answer(actions.edit(message, text, acting=voice).thread)


@capability(COMMENT)
def delete_message(request: HttpRequest, cap: Capability, pk: uuid.UUID) -> JsonResponse:
    voice = _voice(cap)
    actions.delete(access.get_message(voice, pk, to_edit=False), acting=voice)
    return JsonResponse({})


def _answer(thread: CommentThread) -> JsonResponse:
    if thread.document_id is None:
        raise NotFound
    now = queries.get_threads(thread.document_id).get(pk=thread.pk)
    return JsonResponse({"id": str(now.pk), "hidden": now.hidden, "thread": describe(now)})


def _read_text(body: dict[str, Any], name: str, limit: int, *, empty: bool = False) -> str:
    text = body.get(name, "" if empty else None)
    if not isinstance(text, str) or len(text) > limit or not (text or empty):
        raise BadRequest
    return text


threads = methods(GET=get_threads, POST=post_thread)
reply = methods(POST=post_reply)
resolve = methods(POST=post_resolve)
show = methods(POST=post_show)
message = methods(POST=post_message, DELETE=delete_message)
