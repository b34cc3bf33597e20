import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gme_recording.localcloud.services.console import account
from gme_recording.localcloud.services.cos.model import Version
from gme_recording.localcloud.services.gme import tasks
from gme_recording.localcloud.services.gme.model import Scope, Status, Task
from tests.localcloud.services.gme.world import BIZ_ID, BUCKET, REGION, World


def test_file_is_split_at_two_hours() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    world.wait(hours=5)
    world.stop(task_id)
    assert world.spans(task_id) == [("", 0, 120), ("", 120, 240), ("", 240, 300)]
    assert [file.serial for file in world.files(task_id)] == [0, 1, 2]


def test_microphone_splits_the_users_stream_but_not_the_mixed_one() -> None:
    world = World()
    world.join("7")
    task_id = world.start(mode=3)
    world.wait(minutes=10)
    world.microphone("7", on=False)
    world.wait(minutes=5)
    world.microphone("7", on=True)
    world.wait(minutes=1)
    assert world.spans(task_id) == [("", 0, None), ("7", 0, 10), ("7", 15, None)]


def test_single_file_starts_when_a_user_in_scope_enters() -> None:
    world = World()
    world.join("8")
    task_id = world.start(mode=1, SubscribeRecordUserIds={"SubscribeUserIds": ["7"]})
    assert world.spans(task_id) == []
    world.wait(minutes=3)
    world.join("7")
    assert world.spans(task_id) == [("7", 3, None)]


def test_recording_resumes_when_someone_returns_within_twelve_hours() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    world.wait(minutes=1)
    world.leave("7")
    world.wait(hours=11, minutes=58)
    world.join("8")
    world.wait(minutes=30)
    assert world.spans(task_id) == [("", 0, 1), ("", 719, None)]
    assert world.task(task_id).ended is None


def test_empty_room_ends_the_task_after_twelve_hours() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    world.wait(minutes=1)
    world.leave("7")
    world.wait(hours=12)
    world.join("7")
    assert world.spans(task_id) == [("", 0, 1)]
    assert world.task(task_id).ended is not None


def test_hold_counts_from_the_last_departure() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    world.leave("7")
    world.wait(hours=11)
    world.join("7")
    world.leave("7")
    world.wait(hours=11)
    assert world.task(task_id).ended is None
    world.wait(hours=1)
    assert world.task(task_id).ended is not None


@pytest.mark.parametrize(("limit", "ends"), [(True, True), (False, False)])
def test_day_limit_is_a_switch(limit: bool, ends: bool) -> None:
    world = World()
    world.guess(day_limit=limit)
    world.join("7")
    task_id = world.start()
    world.wait(hours=24)
    assert (world.task(task_id).ended is not None) is ends


def test_interruption_makes_a_new_segment() -> None:
    world = World()
    world.join("7")
    task_id = world.start()
    world.wait(minutes=2)
    tasks.interrupt(world.call(), world.task(task_id))
    assert world.spans(task_id) == [("", 0, 2), ("", 2, None)]


def test_modification_opens_and_closes_streams_at_once() -> None:
    world = World()
    world.join("7")
    world.join("8")
    task_id = world.start(mode=2)
    world.wait(minutes=1)
    world.api(
        "ModifyRecordInfo",
        BizId=BIZ_ID,
        TaskId=task_id,
        RecordMode=1,
        SubscribeRecordUserIds={"UnSubscribeUserIds": ["8"]},
    )
    assert world.spans(task_id) == [("", 0, 1), ("7", 1, None)]


def test_modification_without_lists_keeps_them() -> None:
    world = World()
    world.join("7")
    task_id = world.start(mode=1, SubscribeRecordUserIds={"SubscribeUserIds": ["7"]})
    world.api("ModifyRecordInfo", BizId=BIZ_ID, TaskId=task_id, RecordMode=3)
    assert world.task(task_id).allow == ("7",)


def test_file_goes_through_all_statuses() -> None:
    world = World(processing_seconds=30)
    world.change_app(callback_url="https://voice.example.com/")
    world.join("7")
    task_id = world.start()
    seen = [world.files(task_id)[0].status]
    world.stop(task_id)
    for _ in range(4):
        seen.append(world.files(task_id)[0].status)
        world.wait(seconds=10)
    assert seen == [
        Status.RECORDING,
        Status.WAITING,
        Status.TRANSCODING,
        Status.UPLOADING,
        Status.UPLOADED,
    ]


def test_task_ids_are_beyond_doubles_and_never_come_twice() -> None:
    world = World()
    world.join("7")
    found = []
    for _ in range(200):
        found.append(world.start())
        world.stop(found[-1])
    assert all(later > earlier for earlier, later in pairwise(found))
    assert all(task_id > 2**53 and int(float(task_id)) != task_id for task_id in found)


def test_full_recording_lasts_from_the_first_member_to_the_last() -> None:
    world = World()
    world.change_app(scope=Scope.FULL)
    world.join("7")
    world.join("8")
    (task,) = world.store.select(Task)
    world.wait(minutes=1)
    world.leave("7")
    assert world.spans(task.task_id) == [("", 0, None)]
    world.leave("8")
    assert world.spans(task.task_id) == [("", 0, 1)]
    assert world.task(task.task_id).ended is not None
    world.join("7")
    assert len(world.store.select(Task)) == 2


@pytest.mark.timeout(120)
def test_a_year_in_a_recorded_room_fills_no_disk() -> None:
    """365 days are 4,380 files of two hours, 31.5 GB if they were kept byte by byte."""
    world = World(processing_seconds=0.2)
    world.join("7")
    task_id = world.start()
    world.wait(days=365, minutes=1)
    world.stop(task_id)
    world.wait(seconds=1)
    objects = world.store.select(Version)
    assert len(objects) == len(world.files(task_id)) == 4381
    assert sum(found.size for found in objects) == 4380 * 7_200_000 + 60_012
    assert sum(path.stat().st_size for path in world.cloud.files.rglob("*") if path.is_file()) == 0
    first, last = world.files(task_id)[0], world.files(task_id)[-1]
    for file, size in ((first, 7_200_000), (last, 60_012)):
        answer = account.read_object(world.call(), BUCKET, REGION, file.name, {})
        assert len(answer.body) == size
        (found,) = world.store.select(Version, key=file.name)
        assert found.etag == hashlib.md5(answer.body).hexdigest()
        part = account.read_object(world.call(), BUCKET, REGION, file.name, {"range": "bytes=35-37"})
        assert part.body == answer.body[35:38]


def test_recording_outlives_a_restart(tmp_path: Path) -> None:
    before = World(folder=tmp_path)
    before.join("7")
    task_id = before.start()
    before.wait(hours=1)
    before.cloud.close()
    after = World(ready=False, folder=tmp_path)
    after.wait(hours=1, minutes=30)
    assert after.spans(task_id) == [("", 0, 120), ("", 120, None)]
    after.stop(task_id)
    assert after.start() > task_id


steps = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.sampled_from("789"), st.booleans()),
        st.tuples(st.just("leave"), st.sampled_from("789"), st.none()),
        st.tuples(st.just("microphone"), st.sampled_from("789"), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 20), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(steps=steps, mode=st.sampled_from([1, 2, 3]))
def test_files_of_a_stream_never_overlap_nor_exceed_two_hours(steps: list[Any], mode: int) -> None:
    world = World()
    world.join("7")
    task_id = world.start(mode=mode)
    inside = {"7"}
    for word, who, how in steps:
        if word == "join":
            world.join(who, microphone=how)
            inside.add(who)
        elif word == "wait":
            world.wait(hours=who / 4)
        elif who in inside:
            getattr(world, word)(who, **({} if how is None else {"on": how}))
            inside -= {who} if word == "leave" else set()
    world.wait(hours=15)
    files = world.files(task_id)
    now = world.cloud.clock.now()
    for stream in {file.stream for file in files}:
        own = [replace(file, ended=file.ended or now) for file in files if file.stream == stream]
        assert [file.serial for file in own] == list(range(len(own)))
        assert all(file.ended and (file.ended - file.started).total_seconds() <= 7200 for file in own)
        assert all(earlier.ended and earlier.ended <= later.started for earlier, later in pairwise(own))
    running = {file.stream for file in files if not file.ended}
    assert not running or world.task(task_id).ended is None
