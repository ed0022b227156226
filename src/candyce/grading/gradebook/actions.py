"""The gradebook's one verb: how much an assignment counts."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from candyce.accounts.audit import do_audit
from candyce.accounts.models import Class, User
from candyce.assignments.models import Assignment
from candyce.grading.models import Coefficient
from candyce.lib.errors import BadRequest

MOST = Decimal(100)


def set_coefficients(
    school_class: Class, values: dict[Assignment, Decimal], *, acting_user: User
) -> None:
    """How much these assignments count in the class's averages, 0 (not at all) to 100.

    Raises :class:`BadRequest` for another value; then none is written.
    """
    if not all(0 <= value <= MOST for value in values.values()):
        raise BadRequest(code="bad_coefficient")
    with transaction.atomic():
        for assignment, value in values.items():
            row, _new = Coefficient.objects.update_or_create(
                school_class=school_class, assignment=assignment, defaults={"value": value}
            )
            do_audit(
                "coefficient_set",
                assignment,
                acting_user=acting_user,
                school_class=str(row.school_class_id),
                coefficient=str(value),
            )
