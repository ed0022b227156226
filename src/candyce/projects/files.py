"""Verbs on the files of a project.

Contents are stored before the row is locked; the tree is then read, changed and written under the lock,
so two people who write different files at once lose nothing, and a crash leaves the old tree or the new.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import User
from candyce.lib.errors import BadRequest, Conflict, NotFound
from candyce.projects import live, quota
from candyce.projects.access import ProjectDeleted
from candyce.projects.blobs import do_store_blob, read_blob
from candyce.projects.kinds import Kind, kind_of, read_text
from candyce.projects.models import Project
from candyce.projects.notebooks import make_notebook, read_notebook, write_notebook
from candyce.projects.paths import (
    check_free,
    check_path,
    find_free,
    get_folders,
    get_parents,
    is_notebook,
)
from candyce.projects.signals import tree_changed


@contextmanager
def do_lock(project_id: uuid.UUID) -> Iterator[Project]:
    """The project's row, locked until the end of the transaction; raises :class:`ProjectDeleted`."""
    with transaction.atomic():
        project = Project.objects.select_for_update().filter(pk=project_id, deleted_at=None).first()
        if project is None:
            raise ProjectDeleted
        yield project


def do_store(path: str, data: bytes) -> list:
    """Store a content as it may stand at ``path`` and return its entry of a tree.

    What stands under a notebook's name is a clean notebook; an empty file becomes an empty notebook.
    """
    quota.check_file_size(len(data))
    if is_notebook(path):
        notebook = read_notebook(data) if data.strip() else make_notebook("")
        data = write_notebook(notebook)
        quota.check_file_size(len(data))
    return get_entry(data)


def get_entry(data: bytes) -> list:
    """``[sha256, size, modified]`` of a content that is stored as it is."""
    blob = do_store_blob(data)
    return [blob.sha256, len(data), int(time.time())]


def _do_save_tree(
    project: Project, before: int, paths: list[str], source: str, *, checked: bool = True
) -> None:
    if checked:
        quota.check_tree(project.tree, before=before)
    project.updated_at = timezone.now()
    project.save(update_fields=("tree", "updated_at"))
    announce = partial(
        tree_changed.send, Project, project_id=project.pk, paths=paths, source=source
    )
    transaction.on_commit(announce, robust=True)


def save_file(
    project: Project,
    path: str,
    data: bytes,
    *,
    acting_user: User | None,
    expected_hash: str | None = None,
    new: bool = False,
    source: str = "http",
) -> Project:
    """Write one file, replacing what was there; returns the project with its new tree.

    ``expected_hash``: raise :class:`Conflict` unless the file's content has this SHA-256 now.
    ``new``: raise :class:`Exists` if the path is taken.
    """
    path = check_path(path)
    entry = do_store(path, data)
    with do_lock(project.pk) as locked:
        before = locked.size
        present = locked.tree.get(path)
        if present is None or new:
            check_free(locked.tree, path)
        if expected_hash is not None and (present is None or present[0] != expected_hash):
            raise Conflict
        for parent in get_parents(path):
            locked.tree.pop(f"{parent}/", None)
        locked.tree[path] = entry
        _do_save_tree(locked, before, [path], source)
        do_audit("file_saved", locked, acting_user=acting_user, path=path, sha256=entry[0])
    return locked


def put_file(
    project: Project,
    path: str,
    data: bytes,
    *,
    acting_user: User | None,
    expected_hash: str | None = None,
) -> Project:
    """Save into the live document where there is one, by the least change, else into the tree.

    As :func:`save_file`; of notebooks, which change by themselves, no hash is expected. What is no text
    any more ends the live text that stood there.
    """
    path = check_path(path)
    quota.check_file_size(len(data))
    content = _read_live(path, data) if path in project.tree else None
    # Under the lock no document is opened: either there is one now, or the tree's file is the truth.
    with do_lock(project.pk) as locked:
        done = False
        if content is not None and path in locked.tree:
            quota.check_tree(locked.tree | {path: ["", len(data), 0]}, before=locked.size)
            _check_live(locked, path, expected_hash)
            done = _do_replace_live(locked, path, content, acting_user)
        elif kind_of(path) is Kind.TEXT:  # what comes is no text any more
            live.get().deleted(locked, path)
        if not done:
            return save_file(
                locked, path, data, acting_user=acting_user, expected_hash=expected_hash
            )
    live.get().materialise(locked)
    return Project.objects.get(pk=locked.pk)


def _read_live(path: str, data: bytes) -> dict[str, Any] | str | None:
    """What a live document of this name would take in; None: nothing."""
    kind = kind_of(path)
    if kind is Kind.NOTEBOOK:
        return read_notebook(data) if data.strip() else make_notebook("")
    return read_text(data) if kind is Kind.TEXT else None


def _check_live(project: Project, path: str, expected_hash: str | None) -> None:
    if expected_hash is None or kind_of(path) is not Kind.TEXT:
        return
    present = live.get().get_text(project, path)
    if present is not None and hashlib.sha256(present.encode()).hexdigest() != expected_hash:
        raise Conflict


def _do_replace_live(
    project: Project, path: str, content: dict[str, Any] | str, acting_user: User | None
) -> bool:
    if isinstance(content, str):
        return live.get().replace_text(project, path, content, acting_user)
    return live.get().replace_notebook(project, path, content, acting_user)


def save_live_files(project: Project, files: Mapping[str, bytes]) -> Project:
    """Bring files of the tree up to date with their live documents.

    What people typed is never refused for the quota: it is in the log already. Paths that are gone from
    the tree stay gone. No signal: the source is the live documents themselves.
    """
    entries = {path: get_entry(data) for path, data in files.items()}
    with do_lock(project.pk) as locked:
        changed = {
            path: entry
            for path, entry in entries.items()
            if path in locked.tree and locked.tree[path][0] != entry[0]
        }
        if changed:
            locked.tree.update(changed)
            locked.updated_at = timezone.now()
            locked.save(update_fields=("tree", "updated_at"))
    return locked


def make_folder(project: Project, path: str, *, acting_user: User | None) -> Project:
    """An empty folder; raises :class:`Exists`."""
    path = check_path(path)
    with do_lock(project.pk) as locked:
        check_free(locked.tree, path)
        for parent in get_parents(path):
            locked.tree.pop(f"{parent}/", None)
        locked.tree[f"{path}/"] = ["", 0, int(time.time())]
        _do_save_tree(locked, locked.size, [path], "http")
        do_audit("folder_made", locked, acting_user=acting_user, path=path)
    return locked


def rename_file(project: Project, old: str, new: str, *, acting_user: User | None) -> Project:
    """Move a file or a folder with all that is in it; raises :class:`NotFound` or :class:`Exists`."""
    old, new = check_path(old), check_path(new)
    if new == old:
        return project
    if new.startswith(f"{old}/"):
        raise BadRequest(_("A folder cannot be moved into itself."))
    live.get().materialise(project)
    with do_lock(project.pk) as locked:
        moves = _find_moves(locked.tree, old, new)
        before = locked.size
        rest = {key: entry for key, entry in locked.tree.items() if key not in moves}
        check_free(rest, new)
        for key in moves.values():
            check_path(key.rstrip("/"))
        locked.tree = rest | {target: _moved(locked, key, target) for key, target in moves.items()}
        _do_keep_folder(locked.tree, old)
        for parent in get_parents(new):
            locked.tree.pop(f"{parent}/", None)
        for key, target in moves.items():
            if not key.endswith("/"):
                live.get().renamed(locked, key, target)
        _do_save_tree(locked, before, [*moves, *moves.values()], "rename")
        do_audit("file_renamed", locked, acting_user=acting_user, path=old, new_path=new)
    return locked


def _find_moves(tree: dict[str, list], old: str, new: str) -> dict[str, str]:
    """Old key -> new key of each entry at or below ``old``."""
    if old in tree:
        return {old: new}
    moves = {key: new + key[len(old) :] for key in tree if key.startswith(f"{old}/")}
    if not moves:
        raise NotFound
    return moves


def _moved(project: Project, key: str, target: str) -> list:
    """The entry under its new name: what becomes a notebook is cleaned like one."""
    entry = project.tree[key]
    if is_notebook(target) and not target.endswith("/") and not is_notebook(key):
        return do_store(target, read_blob(entry[0]))
    return entry


def _do_keep_folder(tree: dict[str, list], path: str) -> None:
    """Keep the folder that ``path`` left, when it was the last in it."""
    parents = get_parents(path)
    if parents and parents[-1] not in get_folders(tree):
        tree[f"{parents[-1]}/"] = ["", 0, int(time.time())]


def copy_file(
    project: Project, path: str, folder: str, *, acting_user: User | None
) -> tuple[Project, str]:
    """Copy a file into a folder (``""``: the top) under a free name; returns project and new path."""
    path = check_path(path)
    live.get().materialise(project)
    with do_lock(project.pk) as locked:
        entry = locked.tree.get(path)
        if entry is None:
            raise NotFound
        target = _find_target(locked, folder, path.rpartition("/")[2])
        before = locked.size
        locked.tree[target] = [entry[0], entry[1], int(time.time())]
        _do_save_tree(locked, before, [target], "http")
        do_audit("file_copied", locked, acting_user=acting_user, path=path, new_path=target)
    return locked, target


def make_file(
    project: Project, folder: str, name: str, data: bytes | None, *, acting_user: User | None
) -> tuple[Project, str]:
    """A new file (or, without data, folder) under a free name; returns project and path."""
    entry = ["", 0, int(time.time())] if data is None else do_store(name, data)
    with do_lock(project.pk) as locked:
        target = _find_target(locked, folder, name)
        before = locked.size
        locked.tree[f"{target}/" if data is None else target] = entry
        _do_save_tree(locked, before, [target], "http")
        do_audit("file_made", locked, acting_user=acting_user, path=target)
    return locked, target


def _find_target(project: Project, folder: str, name: str) -> str:
    """A free path for ``name`` in a folder that exists; the folder's own marker is dropped."""
    folder = check_path(folder) if folder else ""
    if folder and folder not in get_folders(project.tree):
        raise NotFound
    target = find_free(project.tree, check_path(f"{folder}/{name}" if folder else name))
    check_free(project.tree, check_path(target))
    project.tree.pop(f"{folder}/", None)
    return target


def delete_file(project: Project, path: str, *, acting_user: User | None) -> Project:
    """Delete a file, or a folder with all that is in it; raises :class:`NotFound`.

    A file that a version names can still be had from that version.
    """
    path = check_path(path)
    with do_lock(project.pk) as locked:
        gone = [key for key in locked.tree if key == path or key.startswith(f"{path}/")]
        if not gone:
            raise NotFound
        before = locked.size
        for key in gone:
            del locked.tree[key]
            if kind_of(key) is not None:
                live.get().deleted(locked, key)
        _do_keep_folder(locked.tree, path)
        _do_save_tree(locked, before, gone, "delete")
        do_audit("file_deleted", locked, acting_user=acting_user, path=path)
    return locked
