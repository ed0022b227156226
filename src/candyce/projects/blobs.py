"""Contents of files, stored once by their SHA-256, written so that a crash leaves no half blob."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from candyce.projects.models import Blob, Project, Version

GRACE = timedelta(days=2)  # how long a content may wait for the tree that names it


def get_blob_path(sha256: str) -> Path:
    return Path(settings.BLOBS_DIR) / sha256[:2] / sha256[2:4] / sha256


def do_store_blob(data: bytes) -> Blob:
    """Store the content (idempotent); the file and its folder entry are on the disk afterwards.

    The row comes first: it tells :func:`do_purge_blobs` that someone is about to need the file.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    blob, created = Blob.objects.get_or_create(sha256=sha256, defaults={"size": len(data)})
    if not created and blob.created_at < timezone.now() - GRACE / 2:
        Blob.objects.update_or_create(
            sha256=sha256, defaults={"size": len(data), "created_at": timezone.now()}
        )
    path = get_blob_path(sha256)
    if not path.exists():
        _write(path, data)
    return blob


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_blob(sha256: str) -> bytes:
    """The content; raises ``FileNotFoundError`` when the store has lost it."""
    return get_blob_path(sha256).read_bytes()


def do_purge_blobs() -> int:
    """Remove contents that no tree names and nobody stored lately; returns how many."""
    named = {entry[0] for trees in _trees() for entry in trees.values()}
    cutoff = timezone.now() - GRACE
    old = Blob.objects.filter(created_at__lt=cutoff).values_list("sha256", flat=True)
    purged = 0
    for sha256 in [sha256 for sha256 in old.iterator() if sha256 not in named]:
        # The row's lock is held until the file is gone: who stores the same content now waits, finds no
        # row and writes the file again.
        with transaction.atomic():
            deleted, _rows = Blob.objects.filter(sha256=sha256, created_at__lt=cutoff).delete()
            if deleted:
                get_blob_path(sha256).unlink(missing_ok=True)
                purged += 1
    return purged


def _trees() -> Iterator[dict[str, list]]:
    yield from Project.objects.values_list("tree", flat=True).iterator()
    yield from Version.objects.values_list("tree", flat=True).iterator()
