"""Who may say what about a notebook.

Who has the right ``comment`` speaks and resolves; one changes and deletes one's own messages, and who
manages may delete any. Hidden threads exist in copies alone, for who leads in them: to everybody else
they are not there.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from candyce.accounts.access import is_teacher
from candyce.accounts.models import User
from candyce.collab import store
from candyce.collab.models import CommentMessage, CommentThread, LiveDocument
from candyce.lib.errors import BadRequest, Forbidden, NotFound
from candyce.projects.access import COMMENT, MANAGE, READ, Rights, get_rights
from candyce.projects.kinds import Kind, kind_of
from candyce.projects.models import Project

ROLE = CommentMessage.Role


@dataclass(frozen=True)
class Voice:
    """A person in a project who reads comments, or speaks; ``rights`` are what they may do there now."""

    user: User
    project: Project
    rights: Rights

    @property
    def may_comment(self) -> bool:
        return COMMENT in self.rights

    @property
    def manages(self) -> bool:
        return MANAGE in self.rights

    @property
    def sees_hidden(self) -> bool:
        """Leads in somebody's copy: may prepare what its pupil does not see yet."""
        return self.manages and self.project.kind == Project.Kind.COPY

    @property
    def role(self) -> str:
        if self.project.kind == Project.Kind.COPY:
            return ROLE.TEACHER if self.manages else ROLE.PUPIL
        return ROLE.TEACHER if is_teacher(self.user) else ROLE.MEMBER


def get_voice(user: User, project: Project) -> Voice:
    """Raises :class:`NotFound` where the person may not read the project."""
    rights = get_rights(user, project)
    if READ not in rights:
        raise NotFound
    return Voice(user, project, rights)


def check_may_comment(voice: Voice) -> None:
    if not voice.may_comment:
        raise Forbidden


def find_document(voice: Voice, path: str) -> LiveDocument | None:
    """The live document of a notebook; None while nobody has opened it."""
    if not is_storable(path) or kind_of(path) is not Kind.NOTEBOOK:
        raise NotFound
    found = LiveDocument.objects.filter(project=voice.project, path=path)
    return found.only("pk", "path", "project_id").first()


def open_document(voice: Voice, path: str) -> LiveDocument:
    """The live document of a notebook, made if need be; raises :class:`NotFound`."""
    return find_document(voice, path) or store.open_document(voice.project.pk, path)


def get_thread(voice: Voice, pk: uuid.UUID) -> CommentThread:
    """The guarded fetch; raises :class:`NotFound`."""
    found = CommentThread.objects.filter(pk=pk, document__project=voice.project)
    if not voice.sees_hidden:
        found = found.filter(hidden=False)
    thread = found.first()
    if thread is None:
        raise NotFound
    return thread


def get_message(voice: Voice, pk: uuid.UUID, *, to_edit: bool) -> CommentMessage:
    """The guarded fetch of a message to edit (one's own) or to delete (or any, for who manages).

    Raises :class:`NotFound` or :class:`Forbidden`.
    """
    message = (
        CommentMessage.objects.filter(pk=pk, thread__document__project=voice.project)
        .select_related("thread")
        .first()
    )
    if message is None or message.deleted:
        raise NotFound
    if message.thread.hidden and not voice.sees_hidden:
        raise NotFound
    check_may_comment(voice)
    if message.author_id != voice.user.pk and (to_edit or not voice.manages):
        raise Forbidden
    return message


def check_text(text: str, limit: int) -> str:
    """The text of a message; raises :class:`BadRequest` for none, too much, or what no text holds."""
    text = text.strip()
    if not text or len(text) > limit or not is_storable(text):
        raise BadRequest
    return text


def is_storable(text: str) -> bool:
    """Whether any database takes it: no NUL, no half of a pair of surrogates."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
