"""Giving a sequence whole, and taking it back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from candyce.accounts.access import check_teacher
from candyce.accounts.audit import do_audit
from candyce.accounts.models import Class, User
from candyce.assignments.actions.assignments import USUAL, delete_assignment, give
from candyce.assignments.models import Assignment, GivenSequence
from candyce.assignments.sequences import STEPS
from candyce.lib.errors import BadRequest
from candyce.library.models import Collection, Resource
from candyce.projects.actions import check_title


@dataclass(frozen=True)
class Step:
    """A resource of the sequence with its times; ``name`` is that of its field, where something is wrong."""

    resource: Resource
    opens_at: datetime | None = None
    due_at: datetime | None = None
    name: str = ""


def give_sequence(
    *,
    acting_user: User,
    key: uuid.UUID,
    collection: Collection,
    title: str,
    classes: Iterable[Class],
    steps: Sequence[Step],
    ahead: bool = True,
) -> GivenSequence:
    """Give each step as an assignment, all or none; the same form sent again gives what it gave the first time.

    ``key``: of the form. With other classes, steps or times, or once all was taken back, it is another gift.

    ``ahead``: pupils see steps before they open. The caller has fetched ``collection`` and the resources
    for this person. Raises :class:`BadRequest` with the fields that are wrong, each step's under its name,
    :class:`Forbidden` for who does not teach.
    """
    check_teacher(acting_user)
    classes = list(classes)
    key = _make_key(key, title, classes, steps)
    before = _find(acting_user, key)
    if before is not None and not before.steps.filter(deleted_at=None).exists():
        before.key = uuid.uuid4()
        before.save(update_fields=["key"])
        before = None
    if before is not None:
        return before
    if not steps:
        raise BadRequest(_("Tick at least one step."))
    if len(steps) > STEPS:
        raise BadRequest(_("Give at most %(limit)s steps at once.") % {"limit": STEPS})
    try:
        with transaction.atomic():
            given = GivenSequence.objects.create(
                author=acting_user,
                key=key,
                collection=collection,
                title=check_title(title),
                size=len(steps),
            )
            _do_give_steps(given, classes, steps, ahead=ahead)
            do_audit("sequence_given", given, acting_user=acting_user, steps=len(steps))
    except IntegrityError:
        # Sent twice at once: the other one has given it.
        before = _find(acting_user, key)
        if before is None:
            raise
        return before
    return given


def _make_key(key: uuid.UUID, title: str, classes: list[Class], steps: Sequence[Step]) -> uuid.UUID:
    said = [title, *sorted(str(one.pk) for one in classes)]
    said += [f"{step.resource.pk} {step.opens_at} {step.due_at}" for step in steps]
    return uuid.uuid5(key, "\n".join(said))


def _find(user: User, key: uuid.UUID) -> GivenSequence | None:
    return GivenSequence.objects.filter(author=user, key=key).first()


def _do_give_steps(
    given: GivenSequence, classes: list[Class], steps: Sequence[Step], *, ahead: bool
) -> None:
    outside = Assignment.Outside.LOCKED if ahead else Assignment.Outside.HIDDEN
    fields: dict[str, str] = {}
    for place, step in enumerate(steps, start=1):
        try:
            assignment = give(
                acting_user=given.author,
                classes=classes,
                title=step.resource.title,
                version=step.resource.version,
                opens_at=step.opens_at,
                due_at=step.due_at,
                rules=replace(USUAL, outside=outside),
            )
        except BadRequest as error:
            if not error.fields or "classes" in error.fields:
                raise
            # All that is wrong is told at once, each beside its step.
            fields |= {f"{name}{step.name}": text for name, text in error.fields.items()}
            continue
        assignment.sequence, assignment.step = given, place
        assignment.save(update_fields=["sequence", "step"])
    if fields:
        raise BadRequest(fields=fields)


@transaction.atomic
def take_back_sequence(given: GivenSequence, *, acting_user: User) -> int:
    """Delete the steps that the person gave, each of which can be restored; returns their number."""
    steps = list(given.steps.filter(author=acting_user, deleted_at=None).select_for_update())
    for assignment in steps:
        delete_assignment(assignment, acting_user=acting_user)
    do_audit("sequence_taken_back", given, acting_user=acting_user, steps=len(steps))
    return len(steps)
