import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gme_recording.api.objects import Object
from gme_recording.recordings.listing import Wanted, find
from gme_recording.recordings.owners import Known
from tests.recordings.world import APP, BUCKET, World

WRITTEN = datetime(2026, 1, 1, 12, tzinfo=UTC)


class FakePager:
    """A bucket that makes its keys up page by page, and counts them."""

    def __init__(self, keys: int) -> None:
        self.keys = keys
        self.pages = 0

    def current(self, bucket: str, prefix: str) -> Iterator[Object]:
        for number in range(self.keys):
            self.pages += number % 1000 == 0
            key = f"14_room{number // 100:06}_7/2026-01-01-19-00-00_{number % 100}_audio.mp3"
            yield Object(key=key, size=1, modified=WRITTEN)


def peak_of_listing(keys: int) -> int:
    pager = FakePager(keys)
    tracemalloc.start()
    count = sum(1 for _ in find(pager, "b", Wanted(biz_id=14), Known()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, pager.pages) == (keys, keys // 1000)
    return peak


def test_memory_does_not_grow_with_the_bucket() -> None:
    """A million objects peak as these do; tracing them would take minutes."""
    peak_of_listing(1_000)
    assert peak_of_listing(10_000) < peak_of_listing(2_000) + 20_000


def rooms_and_users(world: World, **wanted: Any) -> list[tuple[str, str]]:
    found = find(world.objects, BUCKET, Wanted(biz_id=APP, **wanted), Known())
    return [(item.recording.room_id, item.recording.user_id) for item in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [("hall", ""), ("hall", "8"), ("lobby", ""), ("lobby", "7"), ("lobby", "8")]),
        ({"room_id": "lobby"}, [("lobby", ""), ("lobby", "7"), ("lobby", "8")]),
        ({"user_id": "8"}, [("hall", "8"), ("lobby", "8")]),
        ({"room_id": "lobby", "user_id": "8"}, [("lobby", "8")]),
        ({"mixed": True}, [("hall", ""), ("lobby", "")]),
        ({"mixed": False, "room_id": "lobby"}, [("lobby", "7"), ("lobby", "8")]),
        ({"mixed": True, "room_id": "lobby"}, [("lobby", "")]),
        ({"room_id": "nowhere"}, []),
    ],
)
def test_recordings_are_found_by_what_is_wanted(world: World, wanted: Any, found: list[Any]) -> None:
    world.recorded("lobby", "7", "8")
    world.recorded("hall", "8")
    world.put("readme.txt")
    world.put(f"{APP}_lobby/notes.txt")
    assert rooms_and_users(world, **wanted) == found


def test_what_is_no_recording_is_told(world: World) -> None:
    world.recorded("lobby", "7")
    world.put(f"{APP}_lobby/notes.txt")
    strange: list[str] = []

    def find_all(**wanted: Any) -> None:
        list(
            find(
                world.objects,
                BUCKET,
                Wanted(biz_id=APP, **wanted),
                Known(),
                lambda item: strange.append(item.key),
            )
        )

    find_all()
    find_all(room_id="hall")
    find_all(since=world.now() + timedelta(hours=1))
    assert strange == [f"{APP}_lobby/notes.txt"]


def test_another_applications_recordings_are_not_found(world: World) -> None:
    world.recorded("lobby", "7", mode=1)
    assert list(find(world.objects, BUCKET, Wanted(biz_id=14), Known())) == []


def test_a_task_is_found_by_key_and_by_what_gme_calls_its_files(world: World) -> None:
    task = world.recorded("lobby", "7")
    world.recorded("lobby", "7")
    told = frozenset(file.name for file in world.gme.record_files(APP, task))
    assert rooms_and_users(world, task_id=task) == [("lobby", "")]
    assert rooms_and_users(world, task_id=task, task_keys=told) == [("lobby", ""), ("lobby", "7")]


def test_times_take_what_may_hold_something_of_the_range(world: World) -> None:
    begin = world.now()
    world.recorded("lobby", "7", mode=1)
    between = world.now()
    world.recorded("lobby", "8", mode=1)
    assert rooms_and_users(world, until=between) == [("lobby", "7")]
    assert rooms_and_users(world, since=between) == [("lobby", "8")]
    assert rooms_and_users(world, until=begin - timedelta(seconds=2)) == []


def test_a_listing_goes_on_after_a_page(world: World) -> None:
    keys = [f"{APP}_raid boss_7/2026-01-01-19-00-00_{number}_audio.mp3" for number in range(1005)]
    for key in keys:
        world.put(key)
    assert {item.object.key for item in find(world.objects, BUCKET, Wanted(biz_id=APP), Known())} == set(keys)


def test_slashes_in_ids_are_read(world: World) -> None:
    world.recorded("../etc", "../../x", "7")
    world.recorded("a/b", "7", mode=1)
    assert rooms_and_users(world) == [
        ("../etc", ""),
        ("../etc", "../../x"),
        ("../etc", "7"),
        ("a/b", "7"),
    ]
    assert rooms_and_users(world, room_id="../etc", user_id="../../x") == [("../etc", "../../x")]
    assert rooms_and_users(world, room_id="a") == []


def test_odd_names_survive_the_listing(world: World) -> None:
    world.recorded("räume & <b>+%20", "用户", mode=1)
    odd = ("räume & <b>+%20", "用户")
    assert rooms_and_users(world) == rooms_and_users(world, room_id=odd[0], user_id=odd[1]) == [odd]
