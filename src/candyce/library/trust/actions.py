"""Executing resources, and writing down what came of it.

The code of a resource runs outside any transaction; its result is written in one, for the version that was
executed, whatever was published meanwhile.
"""

from __future__ import annotations

import json
import zlib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from candyce.compute.kernels import describe_kernel
from candyce.library import news
from candyce.library.editions import do_note_change
from candyce.library.models import Execution, Outputs, Resource, Thumbnail
from candyce.library.needs import Derived, derive
from candyce.library.peers.access import get_moderators
from candyce.library.trust.execute import Notebook, Report, run_tree
from candyce.library.trust.queries import (
    MAX_PREVIEW,
    get_executions,
    has_outputs,
    read_main,
)
from candyce.library.trust.thumbnails import Picture, make_picture
from candyce.projects.models import Version
from candyce.projects.paths import find_main

Result = Execution.Result
KEPT = 20  # executions of a resource, and the last that says something of it
KNOWN = Q(result__in=Execution.KNOWN) | Q(message__in=Execution.NOT_WHOLE)
LASTS = timedelta(days=30)  # how long it is said that a resource works, after it was executed
BROKEN = (Result.FAILED, Result.TOO_LONG)


def execute(slug: str) -> Execution | None:
    """Execute the published version of a resource and all that hangs on it; None when it is gone.

    Without a sandbox nothing is executed: the result is then ``unavailable``.
    """
    resource = _get(slug)
    if resource is None:
        return None
    version, shown = resource.version, resource.released or resource.version
    report = run_tree(version.tree, language=resource.language)
    derived = derive(version.tree)
    executed = {version.pk: report.notebooks}
    if shown.pk != version.pk and not Outputs.objects.filter(version=shown).exists():
        # What pupils get has no answers: some of its cells fail, and what the others show is true.
        tried = run_tree(shown.tree, language=resource.language, past_errors=True)
        executed[shown.pk] = tried.notebooks
    picture = _draw(resource, shown, executed.get(shown.pk, {}))
    return do_record(resource, report, derived, executed, picture)


def illustrate(slug: str) -> None:
    """Make the picture of a resource from the outputs that it was published with, without executing anything."""
    resource = _get(slug)
    if resource is not None:
        shown = resource.released or resource.version
        picture = _draw(resource, shown, {})
        with transaction.atomic():
            if _do_store(resource, derive(resource.version.tree), picture):
                do_note_change(resource)


def _get(slug: str) -> Resource | None:
    found = Resource.objects.filter(pk=slug, withdrawn_at=None)
    return found.select_related("version", "released", "thumbnail").first()


def _draw(resource: Resource, shown: Version, executed: dict[str, Notebook]) -> Picture | None:
    """The picture of what readers get; None where there is one already, or nothing to show."""
    thumbnail = getattr(resource, "thumbnail", None)
    if thumbnail is not None and thumbnail.version_id == shown.pk:
        return None
    path = find_main(shown.tree)
    if path is None:
        return None
    return make_picture([one for one in (executed.get(path), read_main(shown)) if one])


@transaction.atomic
def do_record(
    resource: Resource,
    report: Report,
    derived: Derived,
    executed: dict[Any, dict[str, Notebook]],
    picture: Picture | None,
) -> Execution:
    """Write an execution of ``resource.version`` down, as it was read before it was executed.

    ``executed``: the notebooks with their outputs, by version and path.
    """
    before = get_executions(resource).filter(KNOWN).first()
    execution = Execution.objects.create(
        version=resource.version,
        seconds=report.seconds,
        result=report.result,
        kernel=report.kernel,
        environment=report.environment,
        path=report.path[:500],
        cell=report.cell,
        message=report.message,
    )
    _do_keep_last(resource)
    changed = _do_store(resource, derived, picture)
    _do_keep_outputs(executed)
    current = Resource.objects.select_for_update().get(pk=resource.pk)
    if current.version_id == resource.version_id:
        changed |= _do_mark(current, execution)
        _do_tell(current, before, execution)
    if changed:
        do_note_change(current)
    return execution


def _do_keep_last(resource: Resource) -> None:
    found = get_executions(resource)
    kept = [
        *found.values_list("pk", flat=True)[:KEPT],
        *found.filter(KNOWN).values_list("pk", flat=True)[:1],
    ]
    found.exclude(pk__in=kept).delete()


def _do_mark(resource: Resource, execution: Execution) -> bool:
    """The last result on the resource itself; gives whether lists show it otherwise now.

    What could not be tried takes nothing away from what is known of this version under this very kernel.
    """
    if not execution.is_known and resource.execution in Execution.KNOWN:
        if resource.execution != Result.PASSED or _is_current(resource.environment):
            return False
        return _do_unmark(resource)
    values = {"execution": execution.result, "environment": execution.environment}
    changed = any(getattr(resource, name) != value for name, value in values.items())
    Resource.objects.filter(pk=resource.pk).update(executed_at=execution.started_at, **values)
    return changed


def _do_unmark(resource: Resource) -> bool:
    """Say no more that it works; its executions stay."""
    Resource.objects.filter(pk=resource.pk).update(execution="")
    return True


def _is_current(environment: str) -> bool:
    """Whether all locks of an execution are those of today; where no kernel is here, nothing says they are not."""
    kernels = [describe_kernel(), *map(describe_kernel, settings.CANDYCE_ENVIRONMENTS)]
    current = {kernel.lock for kernel in kernels if kernel is not None}
    return not current or not environment or set(environment.split(", ")) <= current


def do_expire(now: datetime | None = None) -> int:
    """Say no more that resources work that did too long ago, or on another kernel where none is tried any more.

    Gives how many these were.
    """
    expired = 0
    before = (now or timezone.now()) - LASTS
    for slug in Resource.objects.filter(execution=Result.PASSED).values_list("pk", flat=True):
        with transaction.atomic():
            resource = Resource.objects.select_for_update().get(pk=slug)
            if resource.execution != Result.PASSED:
                continue
            old = resource.executed_at is None or resource.executed_at < before
            untried = not settings.LIBRARY_MINUTES and not _is_current(resource.environment)
            if old or untried:
                expired += _do_unmark(resource)
                do_note_change(resource)
    return expired


def _do_tell(resource: Resource, before: Execution | None, execution: Execution) -> None:
    was = before.result if before is not None else ""
    if execution.result in BROKEN:
        news.do_forget(resource, "works_again")
        if was not in BROKEN and not news.do_tell_authors(resource, "broken"):
            _do_tell_moderators(resource, "broken_unowned")
    elif execution.result == Result.PASSED and was in BROKEN:
        for kind in ("broken", "broken_unowned"):
            news.do_forget(resource, kind)
        if not news.do_tell_authors(resource, "works_again"):
            _do_tell_moderators(resource, "works_again")


def _do_tell_moderators(resource: Resource, kind: str) -> None:
    """Where nobody answers for a resource, as for what ships with Candyce."""
    for user in get_moderators(resource):
        news.do_tell(user, kind, resource)


def _do_store(resource: Resource, derived: Derived, picture: Picture | None) -> bool:
    """What the content says of itself, where its authors said nothing, and its picture; gives whether that is new."""
    values: dict[str, Any] = {}
    if not resource.packages and derived.packages:
        values["packages"] = list(derived.packages)
    # Who publishes ticks it or does not: of what ships with Candyce alone nobody did.
    if resource.owner_id is None and resource.offline and not derived.offline:
        values["offline"] = False
    if resource.kernel != derived.kernel:
        values["kernel"] = derived.kernel
    values |= _do_keep_picture(resource, picture)
    if values:
        # What was published meanwhile says it of itself.
        Resource.objects.filter(pk=resource.pk, version=resource.version_id).update(**values)
    return bool(values)


def _do_keep_picture(resource: Resource, picture: Picture | None) -> dict[str, Any]:
    """Keep the new picture, or forget that of an edition before; gives what changes of the resource's row."""
    shown = resource.released or resource.version
    if picture is None:
        gone, _rows = Thumbnail.objects.filter(resource=resource).exclude(version=shown).delete()
        return {"picture": {}} if gone else {}
    Thumbnail.objects.update_or_create(
        resource=resource,
        defaults={
            "version": shown,
            "image": picture.data,
            "mimetype": picture.mimetype,
            "digest": picture.digest,
            "description": picture.description,
        },
    )
    return {"picture": {"digest": picture.digest, "description": picture.description}}


def _do_keep_outputs(executed: dict[Any, dict[str, Notebook]]) -> None:
    """Keep what the first notebook of each version showed, where it was published without outputs."""
    for version in Version.objects.filter(pk__in=executed):
        path = find_main(version.tree)
        notebook = executed[version.pk].get(path or "")
        published = read_main(version)
        if path is None or notebook is None or published is None or has_outputs(published):
            continue
        if not has_outputs(notebook):
            continue
        data = json.dumps(notebook).encode()
        # Of what pages will render: compressed, it may be a hundred times less.
        if len(data) <= MAX_PREVIEW:
            Outputs.objects.update_or_create(
                version=version, defaults={"path": path, "notebook": zlib.compress(data)}
            )


def do_give_up(slug: str) -> Execution | None:
    """Note that a resource could not be tried for a reason of ours."""
    resource = Resource.objects.filter(pk=slug).first()
    if resource is None:
        return None
    return Execution.objects.create(
        version_id=resource.version_id, result=Result.UNAVAILABLE, message="internal"
    )
