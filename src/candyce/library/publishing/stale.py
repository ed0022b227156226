"""Drafts of a resource forget what was changed elsewhere since: an old answer never comes back over a newer one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from candyce.library.models import Draft, Resource


def do_forget_typed(resource: Resource, names: Iterable[str]) -> None:
    """Take these fields out of what its authors have typed for the next edition; all else that was typed stays."""
    names = set(names)
    authors = [*resource.co_authors.values_list("pk", flat=True), resource.owner_id]
    versions = resource.editions.values_list("version", "released")
    made_of = [pk for pair in versions for pk in pair if pk is not None]
    of_resource = Q(project__forked_from__in=made_of, user__in=[one for one in authors if one])
    if resource.source_id:
        of_resource |= Q(project=resource.source_id)
    for draft in (
        Draft.objects.select_for_update(of=("self",)).filter(of_resource).exclude(values={})
    ):
        kept = {name: value for name, value in draft.values.items() if name not in names}
        if kept != draft.values:
            draft.values = kept
            draft.save(update_fields=("values",))
