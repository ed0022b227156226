"""The gradebook's verbs: coefficients, cells, columns without an assignment, periods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Class, User
from candyce.assignments import actions as assignment_actions
from candyce.assignments.models import Copy
from candyce.grading.asked import has_questions
from candyce.grading.gradebook.book import Cell, Column, Link
from candyce.grading.gradebook.models import Entry, LineItem, Period, SkillLevel, SkillLink
from candyce.grading.gradebook.skills import get_framework
from candyce.grading.gradebook.words import Given
from candyce.grading.marks import write_mark
from candyce.grading.models import Coefficient
from candyce.lib.errors import BadRequest, Conflict

MOST = Decimal(100)


def set_coefficients(
    school_class: Class, values: dict[Column, Decimal], *, acting_user: User
) -> None:
    """How much these columns count in the class's averages, 0 (not at all) to 100.

    Raises :class:`BadRequest` for another value; then none is written.
    """
    if not all(0 <= value <= MOST for value in values.values()):
        raise BadRequest(code="bad_coefficient")
    with transaction.atomic():
        for column, value in values.items():
            if column.item:
                LineItem.objects.filter(pk=column.item.pk).update(coefficient=value)
            else:
                Coefficient.objects.update_or_create(
                    school_class=school_class,
                    assignment=column.assignment,
                    defaults={"value": value},
                )
            do_audit(
                "coefficient_set",
                column.source,
                acting_user=acting_user,
                school_class=str(school_class.pk),
                coefficient=str(value),
            )


# --- what a pupil has in a column ---------------------------------------------------------------


def set_cell(cell: Cell, given: Given, *, seen: str, acting_user: User) -> None:
    """Write a mark, a state or nothing. ``cell`` comes from a book fetched for this person.

    ``seen`` is the token (:class:`Given`) that the person had before them. Raises :class:`Conflict` where somebody
    wrote something else meanwhile, :class:`BadRequest` for a mark of work that the pupil has not opened, and
    what ``assignments.actions.set_mark`` raises. The journal says that it was written, not what.
    """
    column = cell.column
    with transaction.atomic():
        key: dict[str, Any] = {"line_item": column.item, "assignment": column.assignment}
        Entry.objects.get_or_create(**key, pupil=cell.pupil)
        entry = Entry.objects.select_for_update().get(**key, pupil=cell.pupil)
        copy = Copy.objects.select_for_update().get(pk=cell.copy.pk) if cell.copy else None
        now = Cell(column, cell.pupil, copy, entry).given
        if now.token == given.token:
            return
        if now.token != seen:
            raise Conflict(_say_conflict(now, entry, copy))
        if column.assignment and not given.state and (given.mark is not None or not entry.state):
            _write_copy(cell, given, acting_user)
        entry.state = given.state
        entry.mark = given.mark if column.item else None
        entry.by = acting_user
        entry.save()
        do_audit("cell_set", column.source, acting_user=acting_user, pupil=str(cell.pupil.pk))


def _write_copy(cell: Cell, given: Given, acting_user: User) -> None:
    """The mark of an assignment is the copy's, a group's for all its members. Nothing: it follows the points of
    the questions again, where there are some."""
    if cell.copy is None:
        if given.mark is None:
            return
        raise BadRequest(say_no_copy(cell.pupil), code="no_copy")
    if given.mark is None and not has_questions(cell.copy.assignment):
        assignment_actions.set_mark(cell.copy, None, acting_user=acting_user)
    else:
        write_mark(cell.copy, given.mark, acting_user=acting_user)


def say_no_copy(pupil: User) -> str:
    return _(
        "%(name)s has not opened this work, so there is no copy to mark. Add a column of your own for "
        "what was done on paper."
    ) % {"name": pupil.full_name}


def _say_conflict(now: Given, entry: Entry, copy: Copy | None) -> str:
    by = entry.by if entry.state or entry.mark is not None or copy is None else copy.marked_by
    values = {"name": by.full_name if by else _("Somebody"), "text": now.text}
    if not now.text:
        return _("%(name)s emptied this cell meanwhile.") % values
    return _("%(name)s wrote “%(text)s” here meanwhile.") % values


# --- columns without an assignment --------------------------------------------------------------


def add_item(
    school_class: Class, *, told: bool = False, acting_user: User, **values: Any
) -> LineItem:
    """A column of one's own: ``title``, ``mark_max`` (above 0), ``day``, ``coefficient``."""
    with transaction.atomic():
        item = LineItem.objects.create(
            school_class=school_class,
            author=acting_user,
            told_at=timezone.now() if told else None,
            **values,
        )
        do_audit("line_item_added", item, acting_user=acting_user)
    return item


def change_item(item: LineItem, *, told: bool, acting_user: User, **values: Any) -> LineItem:
    """Raises :class:`BadRequest` when a mark that is there would stand above the new scale."""
    with transaction.atomic():
        item = LineItem.objects.select_for_update().get(pk=item.pk)
        limit = values.get("mark_max", item.mark_max)
        if item.entries.filter(mark__gt=limit).exists():
            raise BadRequest(fields={"mark_max": _("Marks of this column are above that.")})
        for name, value in values.items():
            setattr(item, name, value)
        if told != (item.told_at is not None):
            item.told_at = timezone.now() if told else None
        item.save()
        do_audit("line_item_changed", item, acting_user=acting_user, told=told)
    return item


def delete_item(item: LineItem, *, acting_user: User) -> None:
    """Take the column out of the gradebook; its marks stay in the database, so that it can be put back."""
    with transaction.atomic():
        LineItem.objects.filter(pk=item.pk).update(deleted_at=timezone.now())
        do_audit("line_item_deleted", item, acting_user=acting_user)


def restore_item(item: LineItem, *, acting_user: User) -> None:
    with transaction.atomic():
        LineItem.objects.filter(pk=item.pk).update(deleted_at=None)
        do_audit("line_item_restored", item, acting_user=acting_user)


# --- skills -------------------------------------------------------------------------------------


def set_links(
    school_class: Class, column: Column, links: Iterable[Link], *, acting_user: User
) -> None:
    """The skills that a column works on in a class, instead of those before; other classes keep theirs.

    Class and column come from a book fetched for this person.
    """
    key: dict[str, Any] = {
        "school_class": school_class,
        "line_item": column.item,
        "assignment": column.assignment,
    }
    links = list(links)
    with transaction.atomic():
        _lock(school_class)
        SkillLink.objects.filter(**key).delete()
        SkillLink.objects.bulk_create(
            SkillLink(**key, skill=one.skill, target=one.target) for one in links
        )
        do_audit(
            "skills_linked",
            column.source,
            acting_user=acting_user,
            school_class=str(school_class.pk),
            skills=[one.skill for one in links],
        )


def set_level(
    school_class: Class,
    pupil: User,
    skill: str,
    level: int | None,
    *,
    seen: int | None,
    acting_user: User,
) -> None:
    """Write a level (1 to the framework's highest), or None to follow the proposal again.

    ``seen``: the level by hand that the person had before them. Raises :class:`Conflict`, :class:`BadRequest`.
    """
    framework = get_framework(skill)
    if framework is None or not (level is None or 1 <= level <= len(framework.levels)):
        raise BadRequest(code="bad_level")
    with transaction.atomic():
        key: dict[str, Any] = {"school_class": school_class, "pupil": pupil, "skill": skill}
        SkillLevel.objects.get_or_create(**key)
        row = SkillLevel.objects.select_for_update().get(**key)
        if row.level == level:
            return
        if row.level != seen:
            values = {"name": row.by.full_name if row.by else _("Somebody"), "text": row.level}
            raise Conflict(_("%(name)s wrote “%(text)s” here meanwhile.") % values)
        row.level, row.by = level, acting_user
        row.save()
        do_audit("skill_level_set", school_class, acting_user=acting_user, pupil=str(pupil.pk))


# --- periods ------------------------------------------------------------------------------------


def set_periods(
    school_class: Class, periods: Iterable[tuple[str, date, date]], *, acting_user: User
) -> None:
    """Name the parts of the class's year anew: title, first day, last day. Marks do not depend on them."""
    with transaction.atomic():
        _lock(school_class)
        school_class.periods.all().delete()  # type: ignore[attr-defined]
        Period.objects.bulk_create(
            Period(school_class=school_class, title=title, start=start, end=end)
            for title, start, end in periods
        )
        do_audit("periods_set", school_class, acting_user=acting_user)


def _lock(school_class: Class) -> None:
    """Of two teachers who put new lines in the place of old ones at once, the second waits for the first."""
    Class.objects.select_for_update(no_key=True).get(pk=school_class.pk)
