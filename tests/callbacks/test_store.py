import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from gme_recording.callbacks.store import Arrival, Selection, Settled, State, Store
from gme_recording.errors import ExitCode, UserError
from tests.callbacks.make import APP, OTHER_APP, an_arrival, an_event


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "deep" / "callbacks.sqlite")
    yield opened
    opened.close()


def states(store: Store) -> list[tuple[int, State]]:
    return [(kept.event.kind, kept.state) for kept in reversed(store.select(Selection()))]


def test_an_event_is_kept_with_its_body_as_signed(store):
    arrival = an_arrival(received=12.5)

    assert store.add([arrival], queue=True) == [True]

    (kept,) = store.select(Selection())
    assert (kept.event, kept.body, kept.received) == (arrival.event, arrival.body, 12.5)
    assert (kept.receipts, kept.state, kept.attempts) == (1, State.QUEUED, 0)


def test_a_repetition_is_counted_not_kept(store):
    store.add([an_arrival(received=1.0)], queue=True)

    assert store.add([an_arrival(received=2.0, Timestamp=2_000_000_000)], queue=True) == [False]

    (kept,) = store.select(Selection())
    assert (kept.receipts, kept.received, kept.event.sent) == (2, 1.0, an_event().sent)


@settings(max_examples=30)
@given(st.data())
def test_what_is_kept_does_not_depend_on_the_order_of_arrival(data):
    pairs = st.tuples(st.integers(1, 3), st.integers(0, 9))
    arrivals = [an_arrival(kind, Timestamp=sent) for kind, sent in data.draw(st.lists(pairs, max_size=8))]
    shuffled = data.draw(st.permutations(arrivals))

    assert content(arrivals) == content(shuffled)


def content(arrivals: list[Arrival]) -> set[tuple[object, ...]]:
    with TemporaryDirectory() as folder:
        store = Store(Path(folder, "callbacks.sqlite"))
        for arrival in arrivals:
            store.add([arrival], queue=True)
        kept = store.select(Selection())
        store.close()
    return {(one.event, one.body, one.receipts) for one in kept}


def test_of_a_batch_all_or_nothing_is_kept(store):
    broken = replace(an_arrival(2), biz_id=2**64, event=None)

    with pytest.raises(OverflowError):
        store.add([an_arrival(1), broken], queue=True)

    assert store.select(Selection()) == []
    assert store.add([an_arrival(1)], queue=True) == [True]


def test_a_task_id_beyond_64_bits_with_sign_is_kept(store):
    store.add([an_arrival(TaskID=2**64 - 1)], queue=False)

    assert [kept.event.task_id for kept in store.select(Selection(task_id=str(2**64 - 1)))] == [
        str(2**64 - 1)
    ]


@pytest.mark.parametrize(
    ("chosen", "kinds"),
    [
        (Selection(), [3, 2, 1]),
        (Selection(biz_id=OTHER_APP), [2]),
        (Selection(room_id="den"), [3]),
        (Selection(task_id="5"), [1]),
        (Selection(since=20.0), [3, 2]),
        (Selection(until=20.0), [1]),
        (Selection(state=State.DEAD), []),
        (Selection(biz_id=APP, since=20.0, until=30.5), [3]),
    ],
)
def test_events_are_chosen_by_application_room_task_time_and_state(store, chosen, kinds):
    store.add(
        [
            an_arrival(1, received=10.0, TaskID=5),
            an_arrival(2, received=20.0, BizID=OTHER_APP),
            an_arrival(3, received=30.0, RoomID="den"),
        ],
        queue=True,
    )

    assert [kept.event.kind for kept in store.select(chosen)] == kinds


def test_the_latest_come_first_up_to_a_limit(store):
    store.add([an_arrival(kind) for kind in (1, 2, 3)], queue=False)

    assert [kept.event.kind for kept in store.select(Selection(), 2)] == [3, 2]


def test_events_alone_come_page_by_page(store, monkeypatch):
    monkeypatch.setattr("gme_recording.callbacks.store._PAGE", 2)
    store.add([an_arrival(1, n, BizID=APP + n % 2) for n in range(9)], queue=False)

    assert [event.segment for event in store.events(Selection())] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert [event.segment for event in store.events(Selection(biz_id=APP))] == [8, 6, 4, 2, 0]
    assert list(store.events(Selection(biz_id=5))) == []


def test_an_attempt_ends_done_queued_for_later_or_dead(store):
    store.add([an_arrival(kind, received=0.0) for kind in (1, 2, 3)], queue=True)

    store.settle(
        [
            Settled(an_event(1).id),
            Settled(an_event(2).id, "HTTP 500", due=10.0),
            Settled(an_event(3).id, "HTTP 500"),
        ]
    )

    assert states(store) == [(1, State.DONE), (2, State.QUEUED), (3, State.DEAD)]
    assert store.due(9.9, 10) == []
    assert [(kept.event.kind, kept.attempts, kept.error) for kept in store.due(10.0, 10)] == [
        (2, 1, "HTTP 500")
    ]


def test_queueing_again_forgets_the_failures(store):
    store.add([an_arrival(received=0.0)], queue=True)
    store.settle([Settled(an_event().id, "HTTP 500")])

    assert store.queue(Selection(state=State.DEAD), now=5.0) == 1
    assert store.queue(Selection(), now=6.0) == 0

    (kept,) = store.due(5.0, 10)
    assert (kept.attempts, kept.error, kept.state) == (0, "", State.QUEUED)


def test_what_waits_is_not_forgotten(store):
    store.add([an_arrival(kind, received=1.0) for kind in (1, 2, 3)], queue=True)
    store.settle([Settled(an_event(1).id), Settled(an_event(2).id, "HTTP 500")])

    assert store.forget(before=1.0) == 0
    assert store.forget(before=1.1) == 2

    assert states(store) == [(3, State.QUEUED)]


def test_an_unreadable_body_is_kept_once(store):
    arrival = Arrival(APP, b"{}", 1.0, None, "BizID is missing")

    assert store.add([arrival, arrival], queue=True) == [True, False]

    assert store.unreadable() == [arrival]
    assert store.counts() == {"kept": 0, "queued": 0, "done": 0, "dead": 0, "unreadable": 1}


def test_threads_and_processes_write_together(store, tmp_path):
    second = Store(tmp_path / "deep" / "callbacks.sqlite")
    threads = [
        threading.Thread(
            target=lambda at=at, s=s: [s.add([an_arrival(1, at + n)], queue=True) for n in range(25)]
        )
        for at, s in ((0, store), (100, store), (200, second))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()

    assert store.counts()["queued"] == 75


def test_a_file_of_a_newer_version_is_refused(tmp_path):
    path = tmp_path / "callbacks.sqlite"
    Store(path).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()

    with pytest.raises(UserError, match="newer gme-recording") as refused:
        Store(path)
    assert refused.value.exit_code == ExitCode.INPUT


@pytest.mark.parametrize(
    "make", [lambda path: path.write_text("no database" * 99), lambda path: path.mkdir()]
)
def test_what_is_no_database_is_refused(tmp_path, make):
    make(tmp_path / "file")

    with pytest.raises(UserError, match="cannot be used") as refused:
        Store(tmp_path / "file")
    assert "--store" in refused.value.hint


def test_a_database_that_cannot_be_written_is_found_by_the_check(store):
    store.check()
    store._db.execute("PRAGMA query_only = ON")

    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.check()


def test_a_full_disk_is_an_error_of_the_database(store):
    store._db.execute("PRAGMA max_page_count = 1")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.add(
            [an_arrival(1, n, Detail={"SeqNo": n, "FileName": "x" * 4000}) for n in range(50)], queue=True
        )

    assert store.select(Selection()) == []


def test_processes_that_make_the_same_new_file_make_it_once(tmp_path):
    barrier, problems = threading.Barrier(4), []

    def make(path: Path) -> None:
        barrier.wait()
        try:
            Store(path).close()
        except UserError as error:
            problems.append(error)

    for number in range(10):
        threads = [threading.Thread(target=make, args=(tmp_path / f"{number}.sqlite",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert problems == []


def test_what_names_players_is_for_its_owner_alone(store, tmp_path):
    store.add([an_arrival()], queue=True)

    modes = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "deep").iterdir()}

    assert set(modes.values()) == {0o600}, modes
