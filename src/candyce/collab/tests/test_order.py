"""Updates that come out of turn."""

import random

import pytest

from candyce.collab.order import HELD, HELD_SIZE, Order


def test_updates_in_turn_pass_at_once():
    order = Order(4)
    assert order.place(5, b"five") == [b"five"]
    assert order.place(6, b"six") == [b"six"]
    assert (order.seq, order.is_behind) == (6, False)


def test_an_early_update_waits_for_those_before_it():
    order = Order(4)
    assert order.place(6, b"six") == []
    assert order.is_behind
    assert order.place(5, b"five") == [b"five", b"six"]
    assert not order.is_behind


def test_our_own_update_was_passed_on_at_its_commit():
    order = Order(4)
    assert order.place(6, None) == []
    assert order.place(5, b"five") == [b"five"]
    assert order.seq == 6


def test_a_replay_is_nothing_new():
    order = Order(4)
    order.place(5, b"five")
    assert order.place(5, b"five") == order.place(3, b"three") == []


def test_what_is_too_much_to_hold_is_read_from_the_log_in_its_turn():
    order = Order(0)
    assert order.place(2, b"x" * (HELD_SIZE + 1)) == []
    for seq in range(3, HELD + 100):
        order.place(seq, b"small")
    assert order.place(1, b"one") == [b"one"]
    assert order.is_behind
    log = dict.fromkeys(range(2, HELD + 100), b"from the log")
    passed = [data for seq in range(2, HELD + 100) for data in order.place(seq, log[seq])]
    assert len(passed) == HELD + 98
    assert not order.is_behind


def test_after_everything_was_sent_early_updates_that_it_held_are_forgotten():
    order = Order(4)
    order.place(7, b"seven")
    order.place(10, b"ten")
    assert order.jump(9) == [b"ten"]
    assert order.seq == 10


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_order_of_arrival_each_passes_once_and_in_turn(seed):
    chance = random.Random(seed)
    arriving = [(seq, b"%d" % seq) for seq in range(1, 200)] * 2
    chance.shuffle(arriving)
    order = Order(0)
    passed = [data for seq, data in arriving for data in order.place(seq, data)]
    assert passed == [b"%d" % seq for seq in range(1, 200)]
