"""The parts of a school year that French schools usually have, as a proposal.

A year that begins in August to October is cut at the end of November and of February (three terms), or at the end of January
(two semesters); any other one in equal parts. Teachers then name and date them as their school does.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from django.utils.translation import gettext as _

from candyce.accounts.models import AcademicSession

ENDS = {"terms": (11, 2), "semesters": (1,)}  # months whose last day ends a part
AUTUMN = range(8, 11)


def propose(session: AcademicSession, kind: str) -> list[tuple[str, date, date]]:
    """``kind``: ``terms`` or ``semesters``; nothing for another. Parts follow each other and fill the year."""
    months = ENDS.get(kind)
    if months is None:
        return []
    name = _("Term %(number)s") if kind == "terms" else _("Semester %(number)s")
    ends = [_get_end(session, month) for month in months]
    inside = all(session.start_date <= day < session.end_date for day in ends)
    if session.start_date.month not in AUTUMN or not inside:
        parts = len(months) + 1
        days = (session.end_date - session.start_date).days
        ends = [
            session.start_date + timedelta(days=days * part // parts) for part in range(1, parts)
        ]
    ends.append(session.end_date)
    starts = [session.start_date, *(day + timedelta(days=1) for day in ends[:-1])]
    return [
        (name % {"number": number}, start, end)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


def _get_end(session: AcademicSession, month: int) -> date:
    """The last day of the first such month that begins after the year has."""
    year = session.start_date.year + (month < session.start_date.month)
    return date(year, month, calendar.monthrange(year, month)[1])
