"""Reading resources: others like one."""

from __future__ import annotations

from django.db.models import QuerySet

from candyce.library.models import Resource

LOOKED_AT = 200  # of a discipline, when looking for related ones
MAX_PREVIEW = 5_000_000  # bytes of a notebook that is still rendered


def get_related(
    resources: QuerySet[Resource], resource: Resource, *, count: int = 3
) -> list[Resource]:
    """Others of the same discipline, those that share levels and keywords first."""
    mine = set(resource.keywords) | set(resource.levels)
    others = resources.filter(discipline=resource.discipline).exclude(pk=resource.pk)
    others = others.defer("search_text").order_by("-published_at")[:LOOKED_AT]
    ranked = sorted(
        others, key=lambda one: (-len(mine & (set(one.keywords) | set(one.levels))), one.title)
    )
    return ranked[:count]
