import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from gme_recording.localcloud import outbox
from gme_recording.localcloud.outbox import Message
from gme_recording.localcloud.services.gme import mischief
from gme_recording.localcloud.services.gme.mischief import Mischief
from gme_recording.localcloud.services.gme.model import Status
from gme_recording.localcloud.services.gme.notify import signature
from tests.localcloud.services.gme.world import BIZ_ID, START, World

URL = "https://voice.example.com/gme"


def a_world() -> World:
    world = World(processing_seconds=0.2)
    world.change_app(callback_url=URL)
    world.join("7")
    return world


def messages(world: World) -> list[Message]:
    return world.store.select(Message)


def test_signature_is_the_hmac_of_the_whole_body() -> None:
    body = '{"BizID":1400000001}'
    expected = hmac.new(b"key", body.encode(), hashlib.sha1).digest()
    assert base64.b64decode(signature("key", body)) == expected
    assert signature("key", body, hexadecimal=True) == expected.hex()


def test_events_tell_start_end_and_upload() -> None:
    world = a_world()
    task_id = world.start(mode=1)
    world.wait(seconds=60)
    world.stop(task_id)
    world.wait(seconds=1)
    (file,) = world.files(task_id)
    start = int(START.timestamp())
    assert world.messages() == [
        {
            "BizID": BIZ_ID,
            "RoomID": "room",
            "UserID": "7",
            "TaskID": task_id,
            "RecordMode": 0,
            "Timestamp": time,
            "EventType": event,
            "Detail": {"SeqNo": 0, "FileName": file.name},
        }
        for event, time in ((1, start), (2, start + 60), (3, start + 60))
    ]


def test_mixed_event_has_mode_one_and_user_zero() -> None:
    world = a_world()
    world.start(mode=2)
    (body,) = world.messages()
    assert (body["RecordMode"], body["UserID"]) == (1, "0")


def test_every_message_is_signed_with_the_applications_key() -> None:
    world = a_world()
    world.start(mode=3)
    for message in messages(world):
        assert message.headers["Signature"] == signature(world.app.secret_key, message.body)
        assert message.url == URL


def test_without_a_url_nothing_is_sent() -> None:
    world = a_world()
    world.change_app(callback_url="")
    task_id = world.start()
    world.stop(task_id)
    world.wait(hours=1)
    assert messages(world) == []
    assert world.files(task_id)[0].status is Status.UPLOADED


def test_only_completion_is_a_switch() -> None:
    world = a_world()
    world.guess(completion_only=True)
    world.stop(world.start())
    world.wait(seconds=1)
    assert [body["EventType"] for body in world.messages()] == [3]


@pytest.mark.parametrize(
    ("planned", "left"),
    [
        (Mischief.NONE, 1),
        (Mischief.DOUBLED, 2),
        (Mischief.FORGED, 1),
    ],
)
def test_mischief_happens_to_one_callback(planned: Mischief, left: int) -> None:
    world = a_world()
    mischief.plan(world.store, [planned])
    world.stop(world.start())
    found = messages(world)
    assert [json.loads(message.body)["EventType"] for message in found] == [1] * left + [2]
    forged = [m for m in found if m.headers["Signature"] != signature(world.app.secret_key, m.body)]
    assert len(forged) == (planned is Mischief.FORGED)


def test_lost_callback_never_leaves() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.LOST])
    world.start()
    (message,) = messages(world)
    assert (message.due, message.outcome) == (None, "lost on request")


def test_delayed_callback_comes_behind_later_ones() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.DELAYED])
    world.stop(world.start())
    delayed, punctual = messages(world)
    assert delayed.due
    assert punctual.due
    assert delayed.due - punctual.due == timedelta(minutes=1)


def settle(world: World, message: Message, outcome: str) -> None:
    found = world.store.find(Message, message_id=message.message_id)
    assert found
    outbox.settle(world.store, found, outcome, world.cloud.clock.now())


def dues(world: World) -> list[float | None]:
    """When messages leave, in seconds since the beginning."""
    return [(m.due - START).total_seconds() if m.due else None for m in messages(world)]


def test_reordered_callback_leaves_when_the_next_of_its_task_is_through() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.REORDERED])
    task_id = world.start()
    (first,) = messages(world)
    assert first.outcome == "held back on request"
    world.join("8", room="other")
    world.start(room="other")
    world.wait(seconds=5)
    world.stop(task_id)
    assert dues(world) == [None, 0, 5]
    settle(world, messages(world)[1], outbox.DELIVERED)
    assert dues(world) == [None, None, 5]
    settle(world, messages(world)[2], outbox.DELIVERED)
    assert dues(world) == [5, None, None]


def test_reordered_callback_leaves_when_the_next_is_given_up() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.REORDERED])
    world.stop(world.start())
    for _ in outbox.RETRY_AFTER:
        settle(world, messages(world)[1], "failed")
        assert dues(world)[0] is None
    settle(world, messages(world)[1], "failed")
    assert dues(world) == [0, None]


def test_reordered_callback_leaves_after_a_minute_if_none_follows() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.REORDERED])
    task_id = world.start()
    assert dues(world) == [60]
    world.wait(seconds=60)
    world.stop(task_id)
    assert dues(world) == [60, 60]


def test_reordered_callback_does_not_wait_for_a_lost_one() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.REORDERED, Mischief.LOST])
    world.stop(world.start())
    assert dues(world) == [60, None]
    world.wait(seconds=1)
    settle(world, messages(world)[2], outbox.DELIVERED)
    assert dues(world) == [1, None, None]


def test_two_reordered_callbacks_leave_in_turn() -> None:
    world = a_world()
    mischief.plan(world.store, [Mischief.REORDERED, Mischief.REORDERED])
    task_id = world.start()
    world.stop(task_id)
    assert dues(world) == [None, 60]
    settle(world, messages(world)[1], outbox.CAPTURED)
    assert dues(world) == [0, None]
