"""What reconciliation gathers from a local cloud, and what it then finds."""

import sqlite3
import tracemalloc
from collections.abc import Sequence
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gme_recording.api import Cos
from gme_recording.callbacks.event import Event
from gme_recording.callbacks.store import Store
from gme_recording.recordings import gather
from gme_recording.recordings.gather import Scope
from gme_recording.recordings.reconcile import Terms, Why, reconcile
from tests.callbacks.make import an_arrival
from tests.recordings.world import APP, BUCKET, World


def compared(world: World, events: Sequence[Event] | None = None, **terms: Any) -> list[tuple[Why, str, str]]:
    scope = Scope(biz_id=APP, since=world.now() - timedelta(days=3))
    heard = world.events() if events is None else events
    objects = gather.stored(world.objects, BUCKET, scope, heard)
    tasks = tuple(gather.tasks(world.gme, scope, heard, objects))
    asked = Terms(
        now=world.now(),
        since=world.now() - timedelta(days=2),
        callbacks=True,
        rules=Cos(world.cloud).lifecycle(BUCKET),
    )
    return [
        (gap.why, gap.room_id, gap.user_id)
        for gap in reconcile(tasks, heard, objects, replace(asked, **terms)).gaps
    ]


SINCE = datetime(2026, 1, 31, tzinfo=UTC)
_OLDER = """
INSERT INTO events (id, {columns}, body, received, state)
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
SELECT 'old' || n, {columns}, body, received, state FROM number, events
"""


def peak_of_hearing(folder: Path, older: int) -> int:
    """Bytes at most while one event is read from a database that holds so many older ones."""
    file = folder / f"{older}.sqlite"
    with closing(Store(file)) as store:
        store.add([an_arrival(Timestamp=0)], queue=False)
        with closing(sqlite3.connect(file)) as database, database:
            columns = ", ".join(field.name for field in fields(Event))
            database.execute(_OLDER.format(columns=columns, count=older))
        store.add([an_arrival(2, Timestamp=int(SINCE.timestamp()))], queue=False)
        tracemalloc.start()
        (event,) = gather.heard(store, Scope(biz_id=APP, since=SINCE))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert event.kind == 2
    return peak


def test_memory_does_not_grow_with_the_receivers_database(tmp_path: Path) -> None:
    """A million events peak as these do."""
    peak_of_hearing(tmp_path, 1)
    assert peak_of_hearing(tmp_path, 20_000) < peak_of_hearing(tmp_path, 1_000) + 20_000


def test_an_ordinary_day_reconciles(world: World) -> None:
    """Two people, a microphone off and on, a split after two hours."""
    world.join("lobby", "7", "8")
    task = world.gme.start_record(APP, "lobby", 3)
    world.admin("POST", "/admin/rooms/microphone", bizId=APP, roomId="lobby", userId="7", on=False)
    world.advance(60)
    world.admin("POST", "/admin/rooms/microphone", bizId=APP, roomId="lobby", userId="7", on=True)
    world.advance(3 * 3600)
    world.gme.stop_record(APP, task)
    world.advance(3600)
    assert len(world.listed()) == 7
    assert compared(world) == []


def test_lost_and_doubled_callbacks_lose_no_recording(world: World) -> None:
    world.admin("POST", "/admin/callbacks/faults", next=["lost", "doubled", "lost", "none", "lost", "lost"])
    world.recorded("lobby", "7")
    world.advance(3600)
    assert compared(world) == [(Why.UNHEARD, "lobby", ""), (Why.UNHEARD, "lobby", "7")]


def test_a_deleted_recording_is_lost(world: World) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[1])
    assert compared(world) == [(Why.LOST, "lobby", "7")]


def test_an_upload_outage_is_late_and_then_lost(world: World) -> None:
    world.sdk.put_bucket_policy(
        Bucket=BUCKET,
        Policy={
            "version": "2.0",
            "Statement": [
                {
                    "Effect": "deny",
                    "Action": ["name/cos:PutObject"],
                    "Principal": {"qcs": ["qcs::cam::anyone:anyone"]},
                    "Resource": [f"qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/*"],
                }
            ],
        },
    )
    world.recorded("lobby", "7", mode=1)
    world.advance(4 * 3600)
    assert compared(world) == [(Why.LATE, "lobby", "7")]
    world.advance(24 * 3600)
    assert compared(world) == [(Why.LOST, "lobby", "7")]


def test_a_number_that_is_no_task_stops_nothing(world: World) -> None:
    world.recorded("lobby", "7")
    for number in (0, 2**63, 2**64 - 1, 2**64, 10**20 - 1, 10**26 - 1):
        world.put(f"{APP}_r_7/2026-01-01-00-00-00_{number}_audio.mp3")
        world.put(f"{APP}_r/{number}_2026-01-01-00-00-00_0_audio.mp3")
    world.advance(3600)
    assert {why for why, _, _ in compared(world)} == {Why.UNEXPECTED}


def test_an_unknown_object_is_unexpected(world: World) -> None:
    world.recorded("lobby", "7")
    world.put(f"{APP}_hall_9/2026-01-01-19-00-00_0_audio.mp3")
    world.advance(3600)
    assert compared(world) == [(Why.UNEXPECTED, "hall", "9")]


def test_a_forgotten_task_is_told_of(world: World) -> None:
    world.join("lobby", "7")
    world.gme.start_record(APP, "lobby", 2)
    world.advance(23 * 3600)
    assert compared(world) == []
    assert compared(world, longest_task=timedelta(hours=22)) == [(Why.RUNNING, "lobby", "")]


def test_a_task_that_gme_has_forgotten_is_no_error(world: World) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    events = [replace(one, task_id="446192236330927999") for one in world.events()]
    scope = Scope(biz_id=APP, since=world.now() - timedelta(days=1))
    (task, *_) = gather.tasks(world.gme, scope, events, [])
    assert (task.room_id, task.files, task.running) == ("lobby", None, False)


def test_what_arrives_while_gme_is_asked_is_not_lost(world: World) -> None:
    world.recorded("lobby", "7")
    mixed, single = world.listed()
    scope = Scope(biz_id=APP, since=world.now() - timedelta(days=1))
    before = [one for one in gather.stored(world.objects, BUCKET, scope, ()) if one.object.key == mixed]
    tasks = tuple(gather.tasks(world.gme, scope, (), before))
    (late,) = gather.arrived(world.objects, BUCKET, tasks, before)
    assert (late.object.key, late.recording.user_id) == (single, "7")
    assert gather.arrived(world.objects, BUCKET, tasks, [*before, late]) == []
