"""Work for the background worker."""

from __future__ import annotations

from django_tasks import task

from candyce.projects.actions import purge_trash
from candyce.projects.blobs import do_purge_blobs


@task()
def purge() -> dict[str, int]:
    """Empty the trash of what is too old, then forget contents that nothing names."""
    return {"projects": purge_trash(), "blobs": do_purge_blobs()}
