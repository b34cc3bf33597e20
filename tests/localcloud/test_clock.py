from datetime import UTC, datetime, timedelta

import pytest

from gme_recording.localcloud import clock as clock_module
from gme_recording.localcloud.clock import FURTHEST, JOBS, Clock, job, next_due, schedule
from gme_recording.localcloud.store import Store

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Hands:
    def __init__(self) -> None:
        self.at = START.timestamp()
        self.store = Store(":memory:", clock_module.RECORDS)
        self.clock = Clock(self.store, lambda: self.at)


@pytest.fixture
def hands():
    return Hands()


def test_virtual_time_is_the_machines_until_it_is_advanced(hands):
    assert hands.clock.now() == hands.clock.machine_now() == START
    hands.clock.advance(timedelta(days=2))
    hands.clock.advance(timedelta(hours=1))
    hands.at += 60
    assert hands.clock.now() == START + timedelta(days=2, hours=1, minutes=1)
    assert hands.clock.machine_now() == START + timedelta(minutes=1)


def test_time_only_moves_forward(hands):
    with pytest.raises(ValueError, match="forward"):
        hands.clock.advance(timedelta(seconds=-1))


def test_time_moves_no_further_than_dates_go(hands):
    hands.clock.advance(FURTHEST)
    with pytest.raises(ValueError, match="at most 36600 days"):
        hands.clock.advance(timedelta(seconds=1))
    assert hands.clock.now() == START + FURTHEST


def test_the_distance_survives_a_restart(hands):
    hands.clock.advance(timedelta(days=365))
    assert Clock(hands.store, lambda: hands.at).now() == START + timedelta(days=365)


def test_what_a_client_dated_grows_old_with_every_advance_after_it(hands):
    hands.clock.advance(timedelta(days=1))
    hands.at += 10
    signed = hands.clock.machine_now()
    hands.at += 5
    assert hands.clock.elapsed_since(signed) == timedelta(seconds=5)
    hands.clock.advance(timedelta(hours=1))
    assert hands.clock.elapsed_since(signed) == timedelta(hours=1, seconds=5)


def test_what_comes_first_is_due_first_and_of_one_moment_what_was_scheduled_first(hands):
    name = "test.noted"
    if name not in JOBS:
        job(name)(lambda call, key: None)
    for seconds, key in ((2, "c"), (1, "a"), (1, "b")):
        schedule(hands.store, START + timedelta(seconds=seconds), name, key)
    order = []
    while due := next_due(hands.store):
        order.append(due.key)
        hands.store.delete(due)
    assert order == ["a", "b", "c"]
