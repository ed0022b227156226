"""What is known of executions, and the notebook that a page shows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from candyce.compute.kernels import describe_kernel
from candyce.exercises import format as notebooks
from candyce.library.models import Execution, Outputs, Resource
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version

Notebook = dict[str, Any]
MAX_PREVIEW = 5_000_000  # bytes of a notebook that is still rendered
AGAIN = timedelta(hours=20)


def find_main(tree: Mapping[str, list]) -> str | None:
    """The notebook that stands for the whole: the first of those on top."""
    found = sorted((path.count("/"), path) for path in tree if path.endswith(".ipynb"))
    return found[0][1] if found else None


def read_main(version: Version) -> Notebook | None:
    """The main notebook as it was published; None when there is none that can be shown."""
    path = find_main(version.tree)
    if path is None or version.tree[path][1] > MAX_PREVIEW:
        return None
    try:
        found = json.loads(read_blob(version.tree[path][0]))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def has_outputs(notebook: Notebook) -> bool:
    return any(
        bool(cell.get("outputs"))
        for cell in notebooks.get_cells(notebook)
        if notebooks.get_type(cell) == "code"
    )


def get_shown(version: Version) -> Notebook | None:
    """The main notebook with outputs: its own, else those that executing this very version gave."""
    published = read_main(version)
    if published is None or has_outputs(published):
        return published
    kept = Outputs.objects.filter(version=version).first()
    if kept is None:
        return published
    found: Notebook = json.loads(zlib.decompress(bytes(kept.notebook)))
    return found


def get_executions(resource: Resource) -> QuerySet[Execution]:
    """All that are kept of any edition of the resource, the last first."""
    versions = resource.editions.values("version")
    return Execution.objects.filter(version__in=versions).order_by("-started_at", "-pk")


def find_due(now: datetime | None = None) -> QuerySet[Resource]:
    """Resources to execute again, those that waited longest first.

    All are due once a day, and at once when the Python that is served here is another one.
    """
    last = Execution.objects.filter(version=OuterRef("version")).order_by("-started_at", "-pk")
    found = Resource.objects.filter(withdrawn_at=None).annotate(
        tried_at=Subquery(last.values("started_at")[:1]),
        tried_on=Subquery(last.values("environment")[:1]),
    )
    due = Q(tried_at=None) | Q(tried_at__lt=(now or timezone.now()) - AGAIN)
    kernel = describe_kernel()
    if kernel is not None:
        other = ~Q(tried_on="") & ~Q(tried_on__contains=kernel.lock)
        due |= Q(kernel="python") & other
    return found.filter(due).order_by(F("tried_at").asc(nulls_first=True), "pk")
