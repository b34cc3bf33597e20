"""What an application's server asks about its rooms and does in them, through the vendor's SDK."""

from typing import Any

import pytest

from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.gme.model import Mode, Scope, Task
from tests.localcloud.services.gme.sdk import NOBODY, STRANGER, Gme, prepare
from tests.localcloud.services.gme.world import BIZ_ID, World

ACTIONS: dict[str, dict[str, Any]] = {
    "DescribeRoomInfo": {"SdkAppId": BIZ_ID, "StrRoomIds": ["room"]},
    "DeleteRoomMember": {"BizId": BIZ_ID, "RoomId": "room", "DeleteType": 1},
    "ModifyUserMicStatus": {"BizId": BIZ_ID, "RoomId": "room", "Users": [{"StrUid": "7", "EnableMic": 1}]},
}


def test_rooms_are_listed_with_their_members(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    found = Gme(local_cloud).ask("DescribeRoomInfo", SdkAppId=BIZ_ID, StrRoomIds=["room", "12"], RoomIds=[1])
    assert found == {
        "Result": 0,
        "RoomUsers": [
            {"RoomId": 0, "Uins": [7], "StrRoomId": "room", "StrUins": ["7"]},
            {"RoomId": 12, "Uins": [], "StrRoomId": "12", "StrUins": []},
        ],
    }


def test_room_is_deleted_with_its_last_member(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    member = {"BizId": BIZ_ID, "RoomId": "room", "DeleteType": 2, "StrUids": ["7"]}
    assert gme.ask("DeleteRoomMember", **member) == {"DeleteResult": {"Code": 0, "ErrorMsg": ""}}
    start = {"BizId": BIZ_ID, "RoomId": "room", "RecordMode": 2}
    assert gme.refusal("StartRecord", **start) == "ResourceNotFound.RoomNotFound"
    assert gme.refusal("DeleteRoomMember", **member) == "ResourceNotFound"


@pytest.mark.parametrize(
    ("action", "changes", "code"),
    [
        ("DescribeRoomInfo", {"SdkAppId": 1}, "InvalidParameter"),
        ("DescribeRoomInfo", {"StrRoomIds": None}, "InvalidParameter"),
        ("DescribeRoomInfo", {"StrRoomIds": [str(n) for n in range(11)]}, "InvalidParameter"),
        ("DeleteRoomMember", {"DeleteType": 3}, "InvalidParameterValue.InvalidDeleteType"),
        ("DeleteRoomMember", {"DeleteType": 2}, "InvalidParameterValue.InvalidUinOrStrUin"),
        ("DeleteRoomMember", {"RoomId": "elsewhere"}, "ResourceNotFound"),
        ("DeleteRoomMember", {"BizId": 1}, "ResourceNotFound"),
        ("ModifyUserMicStatus", {"BizId": 1}, "ResourceNotFound"),
        ("ModifyUserMicStatus", {"Users": [{"Uid": 8, "EnableMic": 1}]}, "ResourceNotFound"),
        ("ModifyUserMicStatus", {"Users": [{"Uid": 7, "EnableMic": 0}]}, "FailedOperation"),
    ],
)
def test_wrong_call_is_refused(
    local_cloud: RunningCloud, action: str, changes: dict[str, Any], code: str
) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud).refusal(action, **ACTIONS[action] | changes) == code


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("key", [STRANGER, NOBODY])
def test_others_are_refused(local_cloud: RunningCloud, action: str, key: Any) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud, key=key).refusal(action, **ACTIONS[action]) == "UnauthorizedOperation"


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("DescribeRoomInfo", "InvalidAction"),
        ("ModifyUserMicStatus", "InvalidAction"),
        ("DeleteRoomMember", ""),
    ],
)
def test_international_site_knows_one_of_them(local_cloud: RunningCloud, action: str, code: str) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud, host="gme.intl.tencentcloudapi.com")
    assert gme.refusal(action, **ACTIONS[action]) == code


def microphone(world: World, status: int) -> None:
    users = [{"StrUid": "7", "EnableMic": status}]
    world.api("ModifyUserMicStatus", BizId=BIZ_ID, RoomId="room", Users=users)


def test_silenced_member_is_not_recorded_whatever_the_microphone_does() -> None:
    world = World()
    world.join("7")
    task_id = world.start(mode=1)
    world.wait(minutes=1)
    microphone(world, 1)
    world.wait(minutes=1)
    world.microphone("7", on=True)
    world.join("7")
    world.wait(minutes=1)
    microphone(world, 2)
    assert world.spans(task_id) == [("7", 0, 1), ("7", 3, None)]


def test_silence_ends_with_the_stay_in_the_room() -> None:
    world = World()
    world.join("7")
    task_id = world.start(mode=1)
    microphone(world, 1)
    world.wait(minutes=1)
    world.leave("7")
    world.join("7")
    assert world.spans(task_id) == [("7", 0, 0), ("7", 1, None)]


@pytest.mark.parametrize(
    ("mode", "streams"), [(Mode.SINGLE, ["7"]), (Mode.MIXED, [""]), (Mode.BOTH, ["", "7"])]
)
def test_full_recording_makes_what_the_application_chose(mode: Mode, streams: list[str]) -> None:
    world = World()
    world.change_app(scope=Scope.FULL, full_mode=mode)
    world.join("7")
    (task,) = world.store.select(Task)
    assert [file.stream for file in world.files(task.task_id)] == streams
