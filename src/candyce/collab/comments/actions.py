"""What one does with comments. Each writes the rows and, for what all may read, the live document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import AuditEntry, User
from candyce.collab import bell
from candyce.collab.comments import access, hiding, shared
from candyce.collab.comments.access import Voice
from candyce.collab.comments.anchors import Anchor
from candyce.collab.comments.shape import A_MINUTE, MESSAGES, QUOTE, TEXT, THREADS, TOTAL
from candyce.collab.models import CommentMessage, CommentThread
from candyce.collab.schema import CELL_ID
from candyce.lib.errors import BadRequest, CandyceError, NotFound, TooMany
from candyce.projects.models import Project


class TooManyComments(CandyceError):
    code = "too_many_comments"
    status = 409
    default_message = _("This notebook has too many comments. Delete some, then try again.")


def start(
    path: str,
    *,
    acting: Voice,
    cell: str,
    text: str,
    anchor: Anchor | None = None,
    quote: str = "",
    hidden: bool = False,
) -> CommentThread:
    """Begin a thread at a cell, or at a passage of it; ``hidden`` until the copy is returned.

    A copy that is returned hides nothing more.

    Raises :class:`Forbidden`, :class:`NotFound` for what is no notebook of the project, :class:`BadRequest`.
    """
    access.check_may_comment(acting)
    if (
        not CELL_ID.match(cell)
        or not access.is_storable(quote)
        or (hidden and not acting.sees_hidden)
    ):
        raise BadRequest
    text = access.check_text(text, TEXT)
    document = access.open_document(acting, path)
    with _holding(acting) as may_hide, _writing(document.pk, acting.project):
        _check_pace(acting)
        _check_room(document.pk, acting)
        if document.threads.count() >= _get_bound(THREADS, acting):
            raise TooManyComments
        thread = CommentThread.objects.create(
            document=document,
            cell=cell,
            anchor=anchor,
            quote=quote[:QUOTE],
            hidden=hidden and may_hide,
            hidden_at_first=hidden if may_hide else None,
            started_by=acting.user,
        )
        _say(thread, text, acting)
        do_audit("comment_started", thread, acting_user=acting.user)
    return thread


def reply(thread: CommentThread, text: str, *, acting: Voice) -> CommentMessage:
    """Answer in a thread, which opens it again where it was resolved."""
    access.check_may_comment(acting)
    text = access.check_text(text, TEXT)
    with _writing(thread.document_id, acting.project):
        thread = access.get_thread(acting, thread.pk)  # as it is now
        _check_pace(acting)
        _check_room(thread.document_id, acting)
        if thread.messages.count() >= _get_bound(MESSAGES, acting):
            raise TooManyComments
        _set_resolved(thread, None)
        do_audit("comment_answered", thread, acting_user=acting.user)
        return _say(thread, text, acting)


def edit(message: CommentMessage, text: str, *, acting: Voice) -> CommentMessage:
    """Change one's own message."""
    text = access.check_text(text, TEXT)
    with _writing(message.thread.document_id, acting.project):
        message = access.get_message(acting, message.pk, to_edit=True)
        if message.text != text:
            _check_pace(acting)
            _check_room(message.thread.document_id, acting)
            message.text, message.edited_at = text, timezone.now()
            message.save(update_fields=["text", "edited_at"])
            do_audit("comment_edited", message.thread, acting_user=acting.user)
    return message


def delete(message: CommentMessage, *, acting: Voice) -> None:
    """Delete a message; its thread goes with the last one."""
    with _writing(message.thread.document_id, acting.project):
        message = access.get_message(acting, message.pk, to_edit=False)
        thread = message.thread
        do_audit("comment_deleted", thread, acting_user=acting.user, message=str(message.pk))
        if thread.messages.filter(at__gt=message.at).exists():
            message.text, message.deleted = "", True
            message.save(update_fields=["text", "deleted"])
        else:
            message.delete()
        if not thread.messages.filter(deleted=False).exists():
            thread.delete()


def resolve(thread: CommentThread, *, resolved: bool, acting: Voice) -> CommentThread:
    """Say that it is settled, or that it is not."""
    access.check_may_comment(acting)
    with _writing(thread.document_id, acting.project):
        thread = access.get_thread(acting, thread.pk)
        if resolved != (thread.resolved_at is not None):
            _check_pace(acting)
            _set_resolved(thread, acting.user if resolved else None)
            verb = "comment_resolved" if resolved else "comment_opened"
            do_audit(verb, thread, acting_user=acting.user)
    return thread


def show(thread: CommentThread, *, acting: Voice) -> CommentThread:
    """Let the pupil read a hidden thread now."""
    access.check_may_comment(acting)
    with _writing(thread.document_id, acting.project):
        thread = access.get_thread(acting, thread.pk)
        thread.hidden = False
        thread.save(update_fields=["hidden"])
        do_audit("comment_shown", thread, acting_user=acting.user)
    return thread


def publish(project: Project, *, acting_user: User) -> int:
    """Let the pupil read all that was said in a copy: it is returned. Gives the number of threads.

    To be called inside the transaction of returning, which holds the copy: nobody hides anything meanwhile.
    """
    hidden = CommentThread.objects.filter(document__project=project, hidden=True)
    documents = sorted(set(hidden.values_list("document_id", flat=True)))
    for document_id in documents:
        shared.lock(document_id)
    count = hidden.filter(document__in=documents).update(hidden=False)
    for document_id in documents:
        shared.refresh(document_id)
    count += CommentThread.objects.filter(kept_in=project, hidden=True).update(hidden=False)
    if count:
        do_audit("comments_published", project, acting_user=acting_user, threads=count)
    return count


@contextmanager
def _holding(voice: Voice) -> Iterator[bool]:
    """One transaction in which it stays true, or false, that this person may hide a comment."""
    with transaction.atomic():
        yield hiding.may_hide(voice, hold=True)


@contextmanager
def _writing(document_id: int | None, project: Project) -> Iterator[None]:
    """One transaction, alone in the comments of a document; what is to be seen by all is shown."""
    with transaction.atomic():
        if document_id is None or shared.lock(document_id) is None:
            raise NotFound
        yield
        # Hidden threads make no edit: who leads in the copy is told by the status of the room.
        if not shared.refresh(document_id):
            transaction.on_commit(lambda: bell.recheck([project.pk]))


def _say(thread: CommentThread, text: str, acting: Voice) -> CommentMessage:
    return CommentMessage.objects.create(
        thread=thread, author=acting.user, role=acting.role, text=text
    )


def _set_resolved(thread: CommentThread, by: User | None) -> None:
    thread.resolved_at = timezone.now() if by else None
    thread.resolved_by = by
    thread.save(update_fields=["resolved_at", "resolved_by"])


def _get_bound(bound: int, voice: Voice) -> int:
    """Twice for who manages: others who fill a notebook must not silence them."""
    return 2 * bound if voice.manages else bound


def _check_pace(voice: Voice) -> None:
    """Raises where the person does too much at once: each deed writes a thread into the log again.

    The audit counts them, since an edited message, or one that was deleted, does not say how often.
    """
    lately = timezone.now() - timedelta(minutes=1)
    mine = AuditEntry.objects.filter(actor=voice.user, at__gt=lately, verb__startswith="comment_")
    if mine.count() >= A_MINUTE:
        raise TooMany


def _check_room(document_id: int | None, voice: Voice) -> None:
    """Raises where enough was said in the document."""
    messages = CommentMessage.objects.filter(thread__document_id=document_id)
    if (messages.aggregate(sum=Sum(Length("text")))["sum"] or 0) >= _get_bound(TOTAL, voice):
        raise TooManyComments
