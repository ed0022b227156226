"""Contents of files, stored once by their SHA-256, written so that a crash leaves no half blob."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from candyce.projects.models import Blob


def get_blob_path(sha256: str) -> Path:
    return Path(settings.BLOBS_DIR) / sha256[:2] / sha256[2:4] / sha256


def do_store_blob(data: bytes) -> Blob:
    """Store the content (idempotent); the file and its folder entry are on the disk afterwards."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = get_blob_path(sha256)
    if not path.exists():
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
    blob, _created = Blob.objects.get_or_create(sha256=sha256, defaults={"size": len(data)})
    return blob


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_blob(sha256: str) -> bytes:
    """The content; raises ``FileNotFoundError`` when the store has lost it."""
    return get_blob_path(sha256).read_bytes()
