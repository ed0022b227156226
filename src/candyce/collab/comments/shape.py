"""A thread as pages read it, in the live document and from the API, and the bounds of comments.

``{"cell", "anchor", "quote", "created", "resolved": {"by", "at"} | null, "messages": [{"id", "by", "username",
"role", "at", "text", "edited": moment | null, "deleted": bool}]}``; moments are ISO 8601 in UTC, ``by`` names as
they are shown, empty for a person who has left. ``hidden`` is only in what who leads is told.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from candyce.accounts.models import User
from candyce.collab.models import CommentMessage, CommentThread

# Twice as many for who manages.
THREADS = 300  # of one document
MESSAGES = 60  # of one thread
TOTAL = 400_000  # characters in all the messages of one document

TEXT = 2000  # characters of one message
QUOTE = 400  # characters; a longer passage is quoted by its beginning
A_MINUTE = 30  # deeds of one person: said, edited, resolved, deleted


def describe(thread: CommentThread) -> dict[str, Any]:
    """``messages``, their authors and who resolved it should be fetched with it."""
    resolved = None
    if thread.resolved_at is not None:
        resolved = {"by": _name(thread.resolved_by), "at": _say(thread.resolved_at)}
    return {
        "cell": thread.cell,
        "anchor": thread.anchor,
        "quote": thread.quote,
        "created": _say(thread.created_at),
        "resolved": resolved,
        "messages": [_describe_message(message) for message in thread.messages.all()],
    }


def _describe_message(message: CommentMessage) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "by": _name(message.author),
        "username": message.author.username if message.author else "",
        "role": message.role,
        "at": _say(message.at),
        "text": message.text,
        "edited": _say(message.edited_at) if message.edited_at else None,
        "deleted": message.deleted,
    }


def _name(user: User | None) -> str:
    return user.full_name if user else ""


def _say(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
