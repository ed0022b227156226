"""Does what a plan shows: all of it in one transaction, or nothing."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from candyce.accounts.audit import do_audit
from candyce.accounts.importer.plan import PersonPlan, Plan, make_plan
from candyce.accounts.importer.table import read_table
from candyce.accounts.models import (
    AcademicSession,
    AuditEntry,
    Class,
    Enrolment,
    ImportDraft,
    Organisation,
    Role,
    User,
)
from candyce.accounts.signals import announce_enrolments
from candyce.lib.errors import Conflict
from candyce.lib.text import fold

KEPT = timedelta(hours=1)


class PlanChanged(Conflict):
    """Someone changed the school since the dry run; the new plan must be looked at first."""

    code = "plan_changed"
    default_message = _(
        "Someone changed the people or classes in the meantime. Nothing is imported: look at the changes again."
    )


def make_draft(
    session: AcademicSession, text: str, *, file_name: str, move_pupils: bool, acting_user: User
) -> tuple[ImportDraft, Plan]:
    """Read, compare and keep the text until it is confirmed; raises ``FileRefused``."""
    plan = make_plan(session, read_table(text), move_pupils=move_pupils, acting_user=acting_user)
    purge_drafts()
    draft = ImportDraft.objects.create(
        user=acting_user,
        session=session,
        file_name=file_name[:200],
        text=text,
        move_pupils=move_pupils,
        digest=plan.digest,
    )
    return draft, plan


def purge_drafts() -> int:
    """Delete drafts older than an hour: they hold people's names; returns how many."""
    return ImportDraft.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


def replan(draft: ImportDraft, *, acting_user: User) -> Plan:
    """The plan of a draft against the database as it is now."""
    return make_plan(
        draft.session,
        read_table(draft.text),
        move_pupils=draft.move_pupils,
        acting_user=acting_user,
    )


@transaction.atomic
def do_import(draft: ImportDraft, *, acting_user: User) -> tuple[Plan, list[Class]]:
    """Import what was shown; returns the plan and the classes it touches.

    Raises :class:`PlanChanged` when the same file would now change something else, and when lines
    have errors (such a draft is not offered for confirmation).
    """
    organisation = Organisation.objects.select_for_update().get(pk=draft.session.organisation_id)
    plan = replan(draft, acting_user=acting_user)
    if plan.digest != draft.digest or plan.problems:
        raise PlanChanged
    classes = _write_classes(plan)
    users = _write_people(plan, organisation)
    _write_enrolments(plan, classes)
    _audit(plan, acting_user)
    do_audit("imported", draft.session, acting_user=acting_user, **plan.counts)
    draft.delete()
    touched = {fold(title) for one in plan.people for title in one.entry.classes}
    announce_enrolments(
        [user.pk for user in users],
        [classes[title].pk for title in touched]
        + [enrolment.school_class_id for one in plan.people for enrolment in one.leaves],
    )
    return plan, sorted((classes[title] for title in touched), key=lambda class_: class_.title)


def _write_classes(plan: Plan) -> dict[str, Class]:
    session = plan.session
    Class.objects.bulk_create(
        Class(organisation_id=session.organisation_id, session=session, title=title)
        for title in plan.new_classes
    )
    return {fold(class_.title): class_ for class_ in Class.objects.filter(session=session)}


def _write_people(plan: Plan, organisation: Organisation) -> list[User]:
    """Create and change accounts; returns those whose rights may be others now."""
    created, changed, moved = [], [], []
    for one in plan.people:
        if one.user is None:
            one.user = _make_user(one, organisation)
            created.append(one)
        elif one.changes:
            for name, _before, after in one.changes:
                setattr(one.user, name, after if name != "is_active" else True)
            one.user.search_text = one.user.make_search_text()
            changed.append(one.user)
        if one.enters or one.leaves or any(name == "is_active" for name, *_rest in one.changes):
            moved.append(one.user)
    User.objects.bulk_create([one.user for one in created if one.user], 500)
    Role.objects.bulk_create(
        [Role(user=one.user, organisation=organisation, name=one.entry.role) for one in created],
        500,
    )
    fields = ["given_name", "family_name", "email", "identifier", "is_active", "search_text"]
    User.objects.bulk_update(changed, fields, 100)
    return moved


def _make_user(one: PersonPlan, organisation: Organisation) -> User:
    entry = one.entry
    user = User(
        id=uuid.uuid4(),
        username=one.username,
        given_name=entry.given_name,
        family_name=entry.family_name,
        email=entry.email,
        identifier=entry.identifier,
        password=make_password(None),  # none yet: a sign-in card gives the first
        must_change_password=True,
        is_demo=organisation.is_demo,
    )
    user.search_text = user.make_search_text()
    return user


def _write_enrolments(plan: Plan, classes: dict[str, Class]) -> None:
    leaving = [enrolment.pk for one in plan.people for enrolment in one.leaves]
    for start in range(0, len(leaving), 500):
        Enrolment.objects.filter(pk__in=leaving[start : start + 500]).delete()
    Enrolment.objects.bulk_create(
        [
            Enrolment(user=one.user, school_class=classes[fold(title)], role=one.entry.role)
            for one in plan.people
            for title in one.enters
        ],
        500,
    )


def _audit(plan: Plan, acting_user: User) -> None:
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(
                actor=acting_user,
                verb="imported",
                object_type="accounts.user",
                object_id=str(one.user.pk),
                data={
                    "kinds": kinds,
                    "fields": [name for name, *_rest in one.changes],
                    "enters": one.enters,
                    "leaves": [enrolment.school_class.title for enrolment in one.leaves],
                },
            )
            for one in plan.people
            if one.user and (kinds := one.kinds) != ["unchanged"]
        ],
        500,
    )
