"""The same collection arranged in two tabs at the same moment."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from candyce.library.models import Collection
from candyce.library.sequences import actions


def at_once(*attempts):
    """Run these side by side, each on a connection of its own."""
    barrier = threading.Barrier(len(attempts))

    def run(attempt):
        barrier.wait()
        try:
            attempt()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_moving_and_keeping_in_two_tabs_loses_and_doubles_nothing(school, sequence, resources):
    first, second, _third = list(sequence.items.all())
    at_once(
        lambda: actions.move_item(first, acting_user=school.alice, by=1),
        lambda: actions.move_item(second, acting_user=school.alice, to=2),
        lambda: actions.keep(resources["tris"], acting_user=school.alice),
        lambda: actions.keep(resources["tris"], acting_user=school.alice),
    )
    assert list(sequence.items.values_list("position", flat=True)) == [1, 2, 3]
    assert set(sequence.items.values_list("resource_id", flat=True)) == set(resources)
    kept = Collection.objects.get(kept=True)
    assert list(kept.items.values_list("position", "resource_id")) == [(1, "tris")]
