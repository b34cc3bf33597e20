"""The local cloud records and calls; the receiver verifies, keeps and hands on what really came."""

import json
import sqlite3
import time
from collections.abc import Callable

import pytest

from gme_recording.api import RecordMode
from gme_recording.callbacks.event import Kind
from gme_recording.callbacks.history import history
from gme_recording.callbacks.sink import sink
from gme_recording.callbacks.store import Selection
from tests.callbacks.make import APP, Running, running
from tests.smoke.environment import Environment

WHOLE: set[int] = set(Kind)


@pytest.fixture
def environment(local_cloud):
    return Environment(local_cloud)


def record(environment: Environment, room: str, *users: str) -> str:
    """Record two streams of a room for a moment, and return the task."""
    for user in users:
        environment.local.join(APP, room, user)
    task = environment.gme.start_record(APP, room, RecordMode.BOTH)
    environment.gme.stop_record(APP, task)
    return task


def heard(live: Running, task: str) -> dict[str, set[int]]:
    """How often each kind was heard of each file."""
    events = [kept.event for kept in live.receiver.store.select(Selection(task_id=task))]
    return {file.file: {kind for kind, _ in known.heard} for file, known in history(events).items()}


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def complete(live: Running, task: str, files: int) -> Callable[[], bool]:
    return lambda: list(heard(live, task).values()) == [WHOLE] * files


def test_every_event_of_a_recording_arrives_is_kept_and_handed_on(environment, tmp_path):
    with running(tmp_path / "db.sqlite", sink(str(tmp_path / "events.jsonl"))) as live:
        environment.console(callback_url=live.url)
        task = record(environment, "lobby", "7")
        eventually(complete(live, task, files=2))
        eventually(lambda: live.receiver.store.counts()["done"] == 6)

    assert {item.outcome for item in environment.local.callbacks(APP, task)} == {"delivered"}
    files = {file.name.lstrip("/") for file in environment.gme.record_files(APP, task)}
    told = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert {(one["file"], one["kind"]) for one in told} == {
        (file, kind.name.lower()) for file in files for kind in Kind
    }
    assert {one["taskId"] for one in told} == {task}


def test_hexadecimal_signatures_are_taken_too(environment, tmp_path):
    environment.admin("PUT", "/admin/gme/profile", {"hexSignature": True})
    with running(tmp_path / "db.sqlite") as live:
        environment.console(callback_url=live.url)
        task = record(environment, "lobby", "7")
        eventually(complete(live, task, files=2))

        assert 'gme_callbacks_signatures_total{kind="hex"} 6' in live.get("/metrics")[1]


def test_doubled_delayed_forged_and_lost_callbacks(environment, tmp_path):
    """Lost ones are named as missing, a forged one is refused, the others end in the same state."""
    planned = ["doubled", "delayed", "forged", "lost"]
    environment.admin("POST", "/admin/callbacks/faults", {"next": planned})
    with running(tmp_path / "db.sqlite") as live:
        environment.console(callback_url=live.url)
        task = record(environment, "lobby", "7")
        sent = environment.local.callbacks
        eventually(lambda: sum(item.outcome == "delivered" for item in sent(APP, task)) >= 4)
        environment.admin("POST", "/admin/clock", {"advance": 60})
        eventually(lambda: sum(item.outcome == "delivered" for item in sent(APP, task)) == 5)
        events = [kept.event for kept in live.receiver.store.select(Selection(task_id=task))]
        refused = live.get("/metrics")[1]

    known = history(events).values()
    assert [one.status for one in known] == [Kind.UPLOADED] * 2
    assert sum(len(one.missing) for one in known) == 2
    assert 'requests_total{result="wrong signature"}' in refused
    assert 'requests_total{result="repeated"} 1' in refused


def test_a_receiver_that_was_away_gets_what_the_cloud_sends_again(environment, tmp_path, monkeypatch):
    with running(tmp_path / "db.sqlite") as live:
        environment.console(callback_url=live.url)
        monkeypatch.setattr(live.receiver.store, "add", failing)
        task = record(environment, "lobby", "7")
        sent = environment.local.callbacks
        eventually(lambda: [item.outcome for item in sent(APP, task)] == ["failed: HTTP 503"] * 6)
        monkeypatch.undo()
        environment.admin("POST", "/admin/clock", {"advance": 60})

        eventually(complete(live, task, files=2))


def failing(*_: object, **__: object) -> None:
    raise sqlite3.OperationalError("disk I/O error")
