"""The rule of :mod:`candyce.assignments.times` as the database works it out, for lists."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import (
    Case,
    Expression,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest, Least
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan

from candyce.accounts.models import User
from candyce.assignments.models import Accommodation, Assignment, Membership
from candyce.assignments.times import (
    ALWAYS,
    MINUTE,
    NEVER,
    UNSET,
    Facts,
    to_moment,
    to_number,
    work_out,
)

BIG = models.BigIntegerField()


class _Sql:
    """The same operations as database expressions."""

    both = staticmethod(operator.and_)
    either = staticmethod(operator.or_)

    @staticmethod
    def least(*values: Any) -> Any:
        return Least(*map(_wrap, values), output_field=BIG)

    @staticmethod
    def greatest(*values: Any) -> Any:
        return Greatest(*map(_wrap, values), output_field=BIG)

    @staticmethod
    def lt(one: Any, other: Any) -> Q:
        return Q(LessThan(_wrap(one), _wrap(other)))

    @staticmethod
    def ge(one: Any, other: Any) -> Q:
        return Q(GreaterThanOrEqual(_wrap(one), _wrap(other)))

    @staticmethod
    def gt(one: Any, other: Any) -> Q:
        return Q(GreaterThan(_wrap(one), _wrap(other)))

    @staticmethod
    def choose(*cases: tuple[Q, Any], otherwise: Any) -> Any:
        whens = [When(condition, then=_wrap(value)) for condition, value in cases]
        return Case(*whens, default=_wrap(otherwise), output_field=BIG)

    @staticmethod
    def share(amount: Any, percent: Any) -> Any:
        # Whole numbers divide to whole numbers in SQL too; divided first, no year overflows.
        return amount / _wrap(100) * percent


def _wrap(value: Any) -> Any:
    return Value(value, output_field=BIG) if isinstance(value, int) else value


class Micros(Func):
    """A moment in microseconds since 1970."""

    output_field = BIG

    def as_sqlite(self, compiler: Any, connection: Any, **rest: Any) -> Any:
        # Django's own function, which subtracts two moments.
        template = "django_timestamp_diff(%(expressions)s, '1970-01-01 00:00:00')"
        return super().as_sql(compiler, connection, template=template, **rest)

    def as_postgresql(self, compiler: Any, connection: Any, **rest: Any) -> Any:
        template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"
        return super().as_sql(compiler, connection, template=template, **rest)


@dataclass(frozen=True)
class _Columns:
    """Times in microseconds; :data:`ALWAYS` and :data:`NEVER` for none."""

    opens: Expression
    due: Expression
    closes: Expression


def _get_columns(prefix: str, standing: Any) -> _Columns:
    """Of a query in which ``own_times`` is the pupil's row; ``prefix`` leads to the assignment."""

    def moment(name: str, absent: int) -> Any:
        return Coalesce(Micros(F(name)), _wrap(absent), output_field=BIG)

    def number(name: str, absent: int) -> Any:
        # A product of PostgreSQL's plain integers ends at two thousand million.
        return Coalesce(Cast(F(name), BIG), _wrap(absent), output_field=BIG)

    facts = Facts(
        begins=Micros(Coalesce(f"{prefix}opens_at", f"{prefix}created_at")),
        opens=moment(f"{prefix}opens_at", ALWAYS),
        due=moment(f"{prefix}due_at", NEVER),
        closes=moment(f"{prefix}closes_at", NEVER),
        accommodated=Q(**{f"{prefix}accommodated": True}),
        refused=Q(**{f"{prefix}late_rule": Assignment.LateRule.REFUSE}),
        own_opens=moment("own_times__opens_at", ALWAYS),
        own_due=moment("own_times__due_at", ALWAYS),
        own_closes=moment("own_times__closes_at", ALWAYS),
        own_extra=number("own_times__extra_minutes", 0) * _wrap(MINUTE),
        own_percent=number("own_times__extra_percent", UNSET),
        standing=standing,
    )
    opens, due, closes, _extra, _percent = work_out(_Sql, facts)
    return _Columns(opens, due, closes)


def with_times_for(pupil: User) -> QuerySet[Any]:
    """All assignments, with the aliases ``times_opens``, ``times_due`` and ``times_closes`` of one pupil,
    ``times_outside`` and the pupil's row ``own_times``."""
    relation = FilteredRelation("pupil_times", condition=Q(pupil_times__pupil=pupil))
    standing = Accommodation.objects.filter(pupil=pupil).values("extra_percent")
    mine = _get_columns("", Coalesce(Cast(Subquery(standing), BIG), _wrap(0)))
    own_outside = When(
        ~Q(own_times__outside="") & Q(own_times__isnull=False), then=F("own_times__outside")
    )
    return Assignment.objects.alias(own_times=relation).alias(
        times_opens=Coalesce(_of_group(pupil, "opens", "best"), mine.opens, output_field=BIG),
        times_due=Coalesce(_of_group(pupil, "due", "-best"), mine.due, output_field=BIG),
        times_closes=Coalesce(_of_group(pupil, "closes", "-best"), mine.closes, output_field=BIG),
        times_outside=Case(own_outside, default=F("outside")),
    )


def _of_group(pupil: User, name: str, order: str) -> Subquery:
    """The most generous time of the members of the pupil's group; null for who is in none."""
    relation = FilteredRelation(
        "assignment__pupil_times", condition=Q(assignment__pupil_times__pupil=F("pupil"))
    )
    standing = Coalesce(Cast(F("pupil__accommodation__extra_percent"), BIG), _wrap(0))
    members = Membership.objects.filter(
        assignment=OuterRef("pk"), group__memberships__pupil=pupil
    ).alias(own_times=relation)
    best = getattr(_get_columns("assignment__", standing), name)
    return Subquery(members.annotate(best=best).order_by(order).values("best")[:1])


def not_open_for(pupil: User, now: datetime) -> QuerySet[Any]:
    """What has not opened yet for this pupil."""
    # What cannot be meant is passed over before the rule is worked out.
    later = Q(opens_at__gt=now) | Q(own_times__opens_at__gt=now)
    return with_times_for(pupil).filter(later, times_opens__gt=to_number(now, NEVER))


def hidden_from(pupil: User, now: datetime) -> QuerySet[Any]:
    """What this pupil does not see now, because it is invisible outside the window."""
    hidden, moment = Assignment.Outside.HIDDEN, to_number(now, NEVER)
    outside = Q(times_opens__gt=moment) | Q(times_closes__lte=moment) | Q(archived_at__isnull=False)
    return with_times_for(pupil).filter(
        Q(outside=hidden) | Q(own_times__outside=hidden), outside, times_outside=hidden
    )


def read_times(pupil: User, pk: Any) -> tuple[datetime | None, ...]:
    """Opening, due time and closing of one assignment, as the database works them out."""
    names = ("times_opens", "times_due", "times_closes")
    query = with_times_for(pupil).filter(pk=pk).annotate(**{f"the_{n}": F(n) for n in names})
    row = query.values_list(*(f"the_{name}" for name in names)).get()
    return tuple(to_moment(number) for number in row)
