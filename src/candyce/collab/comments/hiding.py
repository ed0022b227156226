"""Whether a comment waits for the copy to be returned: who may choose it, and what is proposed."""

from __future__ import annotations

from typing import Protocol

from candyce.collab.comments.access import Voice
from candyce.collab.models import CommentThread
from candyce.projects.models import Project


class Rule(Protocol):
    """Whether a copy is returned; ``hold``: and stays so until the end of the transaction."""

    def __call__(self, project: Project, *, hold: bool) -> bool: ...


_rules: list[Rule] = []


def register_rule(is_returned: Rule) -> None:
    """Who knows whether a copy is returned says so; called once, from ``AppConfig.ready``."""
    _rules[:] = [is_returned]


def may_hide(voice: Voice, *, hold: bool = False) -> bool:
    """In a copy that is not returned, by who leads in it.

    ``hold``: and it is not returned before the end of the transaction either, which must have locked no
    document yet: the return locks the copy first.
    """
    if not voice.sees_hidden or not voice.may_comment or not _rules:
        return False
    return not _rules[0](voice.project, hold=hold)


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
