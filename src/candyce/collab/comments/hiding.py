"""Whether a comment waits for the copy to be returned: who may choose it, and what is proposed."""

from __future__ import annotations

from collections.abc import Callable

from candyce.collab.comments.access import Voice
from candyce.collab.models import CommentThread
from candyce.projects.models import Project

_rules: list[Callable[[Project], bool]] = []


def register_rule(is_returned: Callable[[Project], bool]) -> None:
    """Who knows whether a copy is returned says so; called once, from ``AppConfig.ready``."""
    _rules[:] = [is_returned]


def may_hide(voice: Voice) -> bool:
    """In a copy that is not returned, by who leads in it."""
    if not voice.sees_hidden or not voice.may_comment or not _rules:
        return False
    return not _rules[0](voice.project)


def hides_at_first(voice: Voice) -> bool:
    """What is proposed: what the person chose last in copies of the same work, else to hide."""
    last = (
        CommentThread.objects.filter(
            started_by=voice.user,
            document__project__kind=Project.Kind.COPY,
            document__project__forked_from=voice.project.forked_from_id,
            hidden_at_first__isnull=False,
        )
        .order_by("-created_at")
        .values_list("hidden_at_first", flat=True)
        .first()
    )
    return True if last is None else last
