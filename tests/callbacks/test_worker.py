import sqlite3
import threading
from contextlib import closing

import pytest

from gme_recording.callbacks.event import Event
from gme_recording.callbacks.replay import replay
from gme_recording.callbacks.sink import NotTaken
from gme_recording.callbacks.store import Arrival, Selection, State, Store
from gme_recording.callbacks.worker import BATCH, DAY_SECONDS, PAUSES, Worker
from tests.callbacks.make import APP, OTHER_APP, a_body, an_arrival, an_event


class Sink:
    """Takes events, or fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.took: list[Event] = []

    def __call__(self, event: Event) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.took.append(event)


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def store(tmp_path):
    with closing(Store(tmp_path / "callbacks.sqlite")) as opened:
        yield opened


def a_worker(store: Store, sink: Sink | None, clock: Time | None = None) -> Worker:
    return Worker(store, sink, keep_days=1, clock=clock or Time())


def test_events_are_handed_over_once(store):
    sink = Sink()
    store.add([an_arrival(kind) for kind in (1, 2, 3)], queue=True)
    worker = a_worker(store, sink)

    assert [worker.work(), worker.work()] == [3, 0]

    assert sink.took == [an_event(kind) for kind in (1, 2, 3)]
    assert store.counts()["done"] == 3


def test_a_failed_event_is_tried_again_later_and_holds_up_no_other(store):
    clock, sink = Time(), Sink(NotTaken("HTTP 500"))
    store.add([an_arrival(1), an_arrival(2)], queue=True)
    worker = a_worker(store, sink, clock)

    worker.work()
    assert [event.kind for event in sink.took] == [2]
    clock.now += PAUSES[0] - 0.01
    assert worker.work() == 0
    clock.now += 0.01
    assert worker.work() == 1

    assert [event.kind for event in sink.took] == [2, 1]


def test_after_the_last_attempt_it_is_a_dead_letter_that_can_be_replayed(store):
    clock, sink = Time(), Sink(*[OSError("connection refused")] * (len(PAUSES) + 1))
    store.add([an_arrival()], queue=True)
    worker = a_worker(store, sink, clock)
    attempts = []
    while worker.work():
        attempts.append(clock.now)
        clock.now += max(PAUSES)

    assert len(attempts) == len(PAUSES) + 1
    (dead,) = store.select(Selection(state=State.DEAD))
    assert (dead.attempts, dead.error) == (len(PAUSES) + 1, "connection refused")

    assert replay(store, Selection(state=State.DEAD), clock.now) == 1
    worker.work()
    assert sink.took == [an_event()]


def test_the_pauses_between_attempts_grow(store):
    clock, sink = Time(), Sink(*[OSError()] * len(PAUSES))
    store.add([an_arrival()], queue=True)
    worker = a_worker(store, sink, clock)
    for pause in PAUSES:
        assert worker.work() == 1
        clock.now += pause - 0.001
        assert worker.work() == 0
        clock.now += 0.001

    assert worker.work() == 1
    assert sink.took == [an_event()]


def test_a_defect_of_the_sink_is_a_failure_like_any_other(store):
    store.add([an_arrival()], queue=True)

    a_worker(store, Sink(ZeroDivisionError())).work()

    assert [kept.error for kept in store.select(Selection())] == ["ZeroDivisionError"]


def test_what_was_handed_over_before_an_interruption_is_noted(store):
    store.add([an_arrival(1), an_arrival(2)], queue=True)

    with pytest.raises(KeyboardInterrupt):
        a_worker(store, Interrupted()).work()

    assert [(k.event.kind, k.state) for k in store.select(Selection())] == [(2, "queued"), (1, "done")]


class Interrupted(Sink):
    def __call__(self, event: Event) -> None:
        if self.took:
            raise KeyboardInterrupt
        super().__call__(event)


def test_without_a_sink_nothing_is_tried(store):
    store.add([an_arrival()], queue=True)
    worker = a_worker(store, None)

    assert (worker.has_sink, worker.work(), store.counts()["queued"]) == (False, 0, 1)


def test_a_slow_sink_is_noted_about_once_a_second(store, monkeypatch):
    monkeypatch.setattr("gme_recording.callbacks.worker.BATCH_SECONDS", 0.0)
    store.add([an_arrival(1, n) for n in range(3)], queue=True)

    assert a_worker(store, Sink()).work() == 1


def test_a_batch_is_bounded(store):
    store.add([an_arrival(1, n) for n in range(BATCH + 1)], queue=True)
    worker = a_worker(store, Sink())

    assert [worker.work(), worker.work()] == [BATCH, 1]


def test_old_events_are_forgotten_once_an_hour(store):
    clock = Time()
    worker = a_worker(store, Sink(), clock)
    store.add([an_arrival(1, received=clock.now)], queue=False)
    clock.now += DAY_SECONDS
    worker.forget()
    clock.now += 1
    worker.forget()
    assert len(store.select(Selection())) == 1

    clock.now += 3_600
    worker.forget()

    assert store.select(Selection()) == []


def test_the_thread_takes_what_comes_and_ends_when_told(store):
    taken = threading.Event()
    worker = Worker(store, lambda _: taken.set(), keep_days=90)
    worker.start()
    store.add([an_arrival()], queue=True)
    worker.wake()

    assert taken.wait(5)
    worker.stop()

    assert not worker.running
    assert store.counts()["done"] == 1


def test_the_thread_outlives_a_database_that_fails_for_a_while(store, monkeypatch):
    taken = threading.Event()
    worker = Worker(store, lambda _: taken.set(), keep_days=90)
    due, failures = store.due, [sqlite3.OperationalError("disk I/O error")]
    monkeypatch.setattr(
        store, "due", lambda *given: (_ for _ in ()).throw(failures.pop()) if failures else due(*given)
    )
    store.add([an_arrival()], queue=True)
    worker.start()
    worker.wake()

    assert taken.wait(5)
    worker.stop()
    assert failures == []


def test_replay_takes_a_range_whatever_became_of_it(store):
    store.add([an_arrival(n, received=float(n)) for n in (1, 2, 3)], queue=False)

    assert replay(store, Selection(since=2.0, until=3.0), now=9.0) == 1

    assert [kept.event.kind for kept in store.due(9.0, 10)] == [2]


def test_replay_reads_again_what_could_not_be_read(store):
    """As after an update that knows more; a body of another application than its key's stays where it is."""
    known = Arrival(APP, a_body(), 1.0, None, "was not known then")
    others = Arrival(OTHER_APP, a_body(2), 1.0, None, "was not known then")
    hopeless = Arrival(APP, b"{}", 2.0, None, "BizID is missing")
    store.add([known, others, hopeless], queue=True)

    assert replay(store, Selection(state=State.DEAD), now=9.0) == 1

    assert [kept.event for kept in store.due(9.0, 10)] == [an_event()]
    assert store.unreadable() == [others, hopeless]
