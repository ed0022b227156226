"""What is known of executions, and the notebook that a page shows."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from candyce.compute.kernels import SERVER, Kernel, describe_kernel, read_packages
from candyce.exercises import format as notebooks
from candyce.lib.errors import NotFound
from candyce.library.access import Visitor, get_editions, get_version, visible_to
from candyce.library.models import Execution, Outputs, Resource, Thumbnail
from candyce.library.queries import MAX_PREVIEW
from candyce.library.trust.words import get_badge, say_where
from candyce.projects.blobs import read_blob
from candyce.projects.models import Version
from candyce.projects.paths import find_main, is_notebook

Notebook = dict[str, Any]
AGAIN = timedelta(hours=20)
MARKS = 12  # of the row that a page shows


def choose_notebook(tree: Mapping[str, list], asked: str) -> str | None:
    """The notebook that a reader asked for, the main one where none is; raises :class:`NotFound`."""
    if not asked:
        return find_main(tree)
    if asked not in tree or not is_notebook(asked):
        raise NotFound
    return asked


def read_main(version: Version) -> Notebook | None:
    """The main notebook as it was published; None when there is none that can be shown."""
    return _read_notebook(version, find_main(version.tree))


def _read_notebook(version: Version, path: str | None) -> Notebook | None:
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


def get_shown(version: Version, path: str | None = None) -> Notebook | None:
    """A notebook with outputs, the main one without ``path``: its own, else those that executing this version gave."""
    path = path or find_main(version.tree)
    published = _read_notebook(version, path)
    if published is None or has_outputs(published):
        return published
    kept = Outputs.objects.filter(version=version, path=path).first()
    if kept is None:
        return published
    data = zlib.decompressobj().decompress(bytes(kept.notebook), MAX_PREVIEW + 1)
    if len(data) > MAX_PREVIEW:
        return published
    found: Notebook = json.loads(data)
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


@dataclass(frozen=True)
class Shown:
    """An execution as pages show it. ``where``: empty for those who may not read the authors' version."""

    execution: Execution
    label: str
    style: str
    sign: str
    edition: int
    where: str


def get_detail(user: Visitor, resource: Resource) -> dict[str, Any]:
    """What the page of a resource says of its executions, the last first.

    ``outdated``: the last that is known went to its end, and that says nothing any more.
    """
    shown = get_history(user, resource)
    tried = [one for one in shown if one.execution.version_id == resource.version_id]
    known = [one for one in tried if _says_something(one.execution)]
    last = next(iter(known or tried), None)
    kernel = describe_lock(resource, last.execution if last else None)
    return {
        "executions": shown,
        "row_of_marks": shown[:MARKS][::-1],
        "last_execution": last,
        "outdated": last is not None
        and last.execution.result == Execution.Result.PASSED
        and resource.execution != Execution.Result.PASSED,
        "executes": bool(settings.LIBRARY_MINUTES),
        "kernel": kernel,
        "packages": describe_packages(resource),
    }


def _says_something(execution: Execution) -> bool:
    return execution.is_known or execution.result == Execution.Result.WAITING


def get_history(user: Visitor, resource: Resource) -> list[Shown]:
    """All executions that are kept, the last first."""
    whole = may_read_whole(user, resource)
    readable = set(get_editions(user, resource).values_list("version_id", flat=True))
    numbers = dict(resource.editions.values_list("version_id", "number"))
    found = []
    for one in get_executions(resource):
        label, style, sign = get_badge(one)
        where = say_where(one) if whole and one.version_id in readable else ""
        found.append(Shown(one, str(label), style, sign, numbers.get(one.version_id, 0), where))
    return found


def may_read_whole(user: Visitor, resource: Resource) -> bool:
    """Whether an error's words are for this person: they may come from a solution or from a hidden test."""
    return resource.released_id is None or get_version(user, resource).pk == resource.version_id


def describe_lock(resource: Resource, execution: Execution | None) -> Kernel:
    """The kernel that executed a resource, else the one that would here; ``lock`` is "" where there is none."""
    if execution is not None and execution.kernel:
        return Kernel(execution.kernel, execution.environment)
    name = resource.kernel
    if name.startswith(SERVER):
        return describe_kernel(name.removeprefix(SERVER)) or Kernel(name, "")
    return describe_kernel() or Kernel("Python", "")


def describe_packages(resource: Resource) -> list[str]:
    """The packages of a resource with their versions in the lock, e.g. ``numpy 2.1``."""
    if not resource.packages:
        return []
    known = {
        name: entry for entry in read_packages().values() for name in entry.get("imports") or ()
    }
    return [
        f"{known[name]['name']} {known[name]['version']}" if name in known else name
        for name in resource.packages
    ]


def get_thumbnail(user: Visitor, digest: str) -> Thumbnail:
    """The picture of a resource that the person may find; raises :class:`NotFound`."""
    found = Thumbnail.objects.filter(digest=digest, resource__in=visible_to(user))
    thumbnail = found.select_related("resource").defer("resource__search_text").first()
    if thumbnail is None:
        raise NotFound
    return thumbnail
