"""What other rooms ask of live documents. Synchronous, callable from any process."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.collab import bell, limits, notebook, store
from candyce.collab.comments import kept
from candyce.collab.kinds import (
    Content,
    Kind,
    get_kind,
    make_replica,
    read_content,
    replace_content,
    write_content,
)
from candyce.collab.models import LiveDocument
from candyce.collab.replica import load_doc
from candyce.collab.watching import Watch
from candyce.projects.access import MANAGE, get_rights
from candyce.projects.blobs import do_store_blob
from candyce.projects.kinds import NotText, kind_of
from candyce.projects.locked import has_locked_cells
from candyce.projects.models import Project

logger = logging.getLogger(__name__)


def materialise(
    project: Project, *, acting_user: User | None = None, kind: Kind | None = None
) -> list[str]:
    """Bring the project's files up to date with its live documents (of one ``kind``, or all).

    Gives the paths that changed; ``project.tree`` is refreshed. ``acting_user`` is who asked; the
    edits have their own authors in the log.
    """
    stale = LiveDocument.objects.filter(project=project, last_seq__gt=models.F("materialised_seq"))
    found = stale.order_by("pk").values_list("pk", "path")
    wanted = [pk for pk, path in found if kind is None or get_kind(path) is kind]
    paths = [materialise_document(pk) for pk in wanted]
    if paths:
        project.refresh_from_db(fields=["tree", "updated_at"])
    return [path for path in paths if path is not None]


def materialise_document(document_id: int) -> str | None:
    """Write one document's file; gives its path if the file changed.

    The log is read first, the row written after: an edit in between leaves the document stale, never
    a file newer than it says. A content that nbformat refuses leaves the last good file in place.
    """
    fields = ("path", "last_seq", "materialised_seq", "snapshot_seq")
    row = LiveDocument.objects.filter(pk=document_id).values_list(*fields).first()
    if row is None:
        return None
    where, last_seq, materialised_seq, snapshot_seq = row
    if last_seq == materialised_seq:  # another process was faster
        if last_seq - snapshot_seq >= limits.COMPACT_AFTER:
            compact(document_id)
        return None
    content = store.load(document_id)
    if content is None:
        return None
    data = write_content(read_content(load_doc(content.updates), get_kind(where)))
    if data is None:
        logger.error(
            "Live document %s is not a valid notebook: its file is left as it was", document_id
        )
        return None
    path = _write_file(document_id, data, content.seq)
    if content.seq - content.snapshot_seq >= limits.COMPACT_AFTER:
        compact(document_id)
    return path


def _write_file(document_id: int, data: bytes, seq: int) -> str | None:
    blob = do_store_blob(data)
    with transaction.atomic():
        document = LiveDocument.objects.filter(pk=document_id).only("project_id").first()
        if document is None:
            return None
        project = Project.objects.select_for_update().get(pk=document.project_id)
        document = (
            LiveDocument.objects.select_for_update()
            .defer("snapshot")
            .filter(pk=document_id)
            .first()
        )
        if document is None or document.materialised_seq >= seq:
            return None
        LiveDocument.objects.filter(pk=document_id).update(materialised_seq=seq)
        before = project.tree.get(document.path)
        if before is None or before[0] == blob.sha256:
            return None
        project.tree[document.path] = [blob.sha256, blob.size, int(time.time())]
        project.updated_at = timezone.now()
        project.save(update_fields=["tree", "updated_at"])
        return document.path


def watch(project_ids: Iterable[uuid.UUID], *, acting_user: User) -> None:
    """Tell the pages of these projects that the person looks at them, for the next 15 s."""
    wanted = frozenset(project_ids)
    if wanted:
        user = {
            "username": acting_user.username,
            "name": acting_user.full_name,
            "display_name": acting_user.full_name,
            "initials": acting_user.initials,
            "role": "teacher",
        }
        bell.watch(Watch(wanted, user))


def compact(document_id: int) -> int:
    """Merge a document's log into its snapshot; gives the number of updates merged."""
    return store.compact(document_id)


def replace_notebook(
    project: Project, path: str, content: dict[str, Any], *, acting_user: User | None
) -> bool:
    """Give a live notebook a new content, as an edit that open pages see at once.

    Cells are matched by id and texts changed where they differ. Gives False where the notebook has no
    live document. The content must be a valid nbformat 4 notebook. Locked cells stay as they are unless
    ``acting_user`` (nobody: Candyce itself) may manage the project.
    """
    guarded = acting_user is not None and MANAGE not in get_rights(acting_user, project)
    document = _find(project, path)
    if document is None and guarded and has_locked_cells(project, path):
        document = store.open_document(project.pk, path)
    if document is None:
        return False
    return _replace(document, notebook.normalise(content), project, acting_user, guarded=guarded)


def replace_text(project: Project, path: str, text: str, *, acting_user: User | None) -> bool:
    """Give a live text a new content, as an edit that open pages see at once.

    ``text`` is the file's, with its byte order mark and line ends. Gives False where the text is not
    live, or no longer: what is too large or too odd to be edited live ends the live document.
    """
    if len(text.encode()) <= limits.TEXT:
        with contextlib.suppress(NotText):
            document = _find(project, path)
            return document is not None and _replace(document, text, project, acting_user)
    with transaction.atomic():
        delete_document(project, path, acting_user=acting_user)
    return False


def _find(project: Project, path: str) -> LiveDocument | None:
    return LiveDocument.objects.filter(project=project, path=path).only("pk", "path").first()


def _replace(
    document: LiveDocument,
    content: Content,
    project: Project,
    acting_user: User | None,
    *,
    guarded: bool = False,
) -> bool:
    with transaction.atomic():
        # The row is locked: nobody appends between reading and writing.
        LiveDocument.objects.select_for_update().only("pk").get(pk=document.pk)
        stored = store.load(document.pk)
        assert stored is not None
        replica = make_replica(stored.updates, get_kind(document.path))
        salt = f"{document.pk}:{stored.seq}"
        try:
            update = replica.edit(
                lambda doc: replace_content(doc, content, salt=salt), guarded=guarded
            )
        finally:
            replica.close()
        if update is not None:
            author = acting_user.pk if acting_user else None
            store.append({document.pk: [store.Entry(update, author)]})
            verb = "replace_text" if isinstance(content, str) else "replace_notebook"
            do_audit(verb, project, acting_user=acting_user, path=document.path)
    transaction.on_commit(lambda: bell.poke(document.pk))
    return True


def rename_document(
    project: Project, old: str, new: str, *, acting_user: User | None = None
) -> None:
    """The file was renamed: its document goes with it, and people in it notice nothing.

    As a file of another kind it has no document any more.
    """
    if kind_of(old) is not kind_of(new):
        delete_document(project, old, acting_user=acting_user)
        kept.move(project, old, new)
        return
    if new != old:
        kept.keep(project, new)
        kept.move(project, old, new)
    LiveDocument.objects.filter(project=project, path=new).exclude(path=old).delete()
    documents = LiveDocument.objects.filter(project=project, path=old)
    document = documents.only("pk", "project_id", "path").first()
    if document is not None:
        documents.update(path=new)
        document.path = new
        kept.find_again(document)


def delete_document(project: Project, path: str, *, acting_user: User | None = None) -> None:
    """The file was deleted: so is its document, and its pages are told. What was said in it is kept."""
    documents = LiveDocument.objects.filter(project=project, path=path)
    ids = list(documents.values_list("pk", flat=True))
    kept.keep(project, path)
    documents.delete()
    for pk in ids:
        transaction.on_commit(partial(bell.drop, pk))
