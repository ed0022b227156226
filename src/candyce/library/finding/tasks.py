"""Work for the background worker."""

from __future__ import annotations

from django_tasks import task

from candyce.library.finding import keeping


@task()
def keep_search_index() -> dict[str, int]:
    """Bring this node's index up to date, or make it anew, then forget changes that every node has read."""
    made = keeping.bring_up_to_date()
    return {"made": made or 0, "purged": keeping.purge_changes()}
