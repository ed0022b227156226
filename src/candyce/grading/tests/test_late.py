"""Being late, as it comes off the mark and as it is told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from candyce.assignments import access, actions
from candyce.assignments.models import Assignment, Copy
from candyce.grading.models import Sheet
from candyce.grading.receivers import hear_window

DAY = timedelta(days=1)


@pytest.fixture
def late(marked, as_):
    """Bob handed in two days late, where each day costs a point; his answers are all marked."""
    marked.save(as_("alice"), "bob", "pourquoi", points="2,5")
    copy = marked.copy("bob")
    before = copy.mark
    due = copy.handed_in_at - 2 * DAY
    Assignment.objects.filter(pk=marked.assignment.pk).update(
        due_at=due, late_rule="points", late_amount=1
    )
    Sheet.objects.filter(copy=copy).update(state="done")
    hear_window(None, assignment_id=marked.assignment.pk)
    return copy.pk, before


def get_mark(pk) -> Decimal | None:
    return Copy.objects.get(pk=pk).mark


def test_being_late_comes_off_the_mark_proposed(late):
    pk, before = late
    assert get_mark(pk) == before - 2


def test_the_mark_never_goes_below_nothing(late, marked):
    pk, _before = late
    Assignment.objects.filter(pk=marked.assignment.pk).update(late_amount=15)
    hear_window(None, assignment_id=marked.assignment.pk)
    assert get_mark(pk) == 0


def test_a_mark_that_a_teacher_wrote_stays(late, marked):
    pk, _before = late
    Sheet.objects.filter(copy=pk).update(mark_by_hand=True)
    Copy.objects.filter(pk=pk).update(mark=Decimal(18))
    hear_window(None, assignment_id=marked.assignment.pk)
    assert get_mark(pk) == 18


def test_a_teacher_takes_nothing_off(late, marked, as_, django_capture_on_commit_callbacks):
    pk, before = late
    client = as_("alice")
    page = client.get(reverse("grading:copy", args=[pk])).content.decode()
    assert "En retard de 2 jours\u00a0: −2 points" in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("assignments:lift_lateness", args=[pk]), {"lifted": "1"})
    assert get_mark(pk) == before
    page = client.get(reverse("grading:copy", args=[pk])).content.decode()
    assert "rien n’est retiré" in page


def test_the_pupil_reads_why(late, marked, as_):
    pk, _before = late
    alice = marked.user("alice")
    actions.return_copies([access.get_copy(alice, pk)], acting_user=alice)
    page = as_("bob").get(reverse("assignments:copy", args=[pk])).content.decode()
    assert "En retard de 2 jours\u00a0: −2 points" in page


def test_extra_time_given_later_takes_the_cost_away(
    late, marked, django_capture_on_commit_callbacks
):
    pk, before = late
    alice = marked.user("alice")
    with django_capture_on_commit_callbacks(execute=True):
        actions.set_pupil_times(
            access.get_assignment(alice, marked.assignment.pk),
            [marked.user("bob")],
            actions.OwnTimes(due_at=timezone.now() + DAY),
            acting_user=alice,
        )
    assert get_mark(pk) == before
