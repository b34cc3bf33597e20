"""The five actions through the vendor's SDK: what they answer, and every refusal they document."""

from typing import Any

import pytest

from gme_recording.localcloud.faults import Effect, Fault
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.gme.model import Member, Profile
from tests.localcloud.services.gme.sdk import NOBODY, STRANGER, Gme, prepare
from tests.localcloud.services.gme.world import BIZ_ID

START: dict[str, Any] = {"BizId": BIZ_ID, "RoomId": "room", "RecordMode": 2}
TASK_ACTIONS = ("StopRecord", "ModifyRecordInfo", "DescribeRecordInfo")
ALL_ACTIONS = ("StartRecord", "DescribeTaskInfo", *TASK_ACTIONS)
TWENTY_ONE = [str(number) for number in range(21)]


def parameters(action: str, **changes: Any) -> dict[str, Any]:
    """What the action takes, well-formed; the task does not exist."""
    given: dict[str, Any] = {"BizId": BIZ_ID}
    given |= {"TaskId": 446192236330927912} if action in TASK_ACTIONS else {"RoomId": "room"}
    given |= {"RecordMode": 1} if action in {"StartRecord", "ModifyRecordInfo"} else {}
    return given | changes


def test_recording_is_started_described_and_stopped(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    lists = {"SubscribeUserIds": ["7"], "UnSubscribeUserIds": []}
    task_id = gme.ask("StartRecord", **START, SubscribeRecordUserIds=lists)["TaskId"]
    assert gme.ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room") == {
        "TaskId": task_id,
        "RecordMode": 2,
        "SubscribeRecordUserIds": lists,
    }
    found = gme.ask("DescribeRecordInfo", BizId=BIZ_ID, TaskId=task_id)
    assert (found["RoomId"], found["RecordMode"]) == ("room", 2)
    assert [(file["UserId"], file["RecordStatus"]) for file in found["RecordInfo"]] == [("0", 2)]
    assert gme.ask("StopRecord", BizId=BIZ_ID, TaskId=task_id) == {}
    assert gme.ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")["TaskId"] is None
    assert gme.refusal("StopRecord", BizId=BIZ_ID, TaskId=task_id) == "ResourceNotFound.TaskNotFound"


def test_numbers_are_taken_for_user_ids_as_the_vendors_examples_send_them(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    assert gme.refusal("StartRecord", **START, SubscribeRecordUserIds={"UnSubscribeUserIds": [1145]}) == ""
    found = gme.ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")["SubscribeRecordUserIds"]
    assert found == {"SubscribeUserIds": [], "UnSubscribeUserIds": ["1145"]}


def test_task_ids_keep_their_digits(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    task_id = gme.ask("StartRecord", **START)["TaskId"]
    damaged = int(float(task_id))
    assert gme.refusal("StopRecord", BizId=BIZ_ID, TaskId=damaged) == "ResourceNotFound.TaskNotFound"


@pytest.mark.parametrize("action", ALL_ACTIONS)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"BizId": 1}, "InvalidParameterValue.InvalidBizId"),
        ({"BizId": 2**64 - 1}, "InvalidParameterValue.InvalidBizId"),
        ({"BizId": "x"}, "InvalidParameter"),
        ({"BizId": None}, "MissingParameter"),
        ({"Biz": 1}, "UnknownParameter"),
    ],
)
def test_wrong_application_is_refused(
    local_cloud: RunningCloud, action: str, changes: dict[str, Any], code: str
) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud).refusal(action, **parameters(action, **changes)) == code


@pytest.mark.parametrize("action", ALL_ACTIONS)
def test_application_of_another_account_is_refused(local_cloud: RunningCloud, action: str) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud, key=STRANGER).refusal(action, **parameters(action)) == "UnauthorizedOperation"


@pytest.mark.parametrize("action", ALL_ACTIONS)
def test_user_without_a_policy_is_refused(local_cloud: RunningCloud, action: str) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud, key=NOBODY).refusal(action, **parameters(action)) == "UnauthorizedOperation"


@pytest.mark.parametrize("action", ALL_ACTIONS)
def test_application_without_the_service_is_refused(local_cloud: RunningCloud, action: str) -> None:
    code = Gme(local_cloud).refusal(action, **parameters(action))
    assert code == "UnsupportedOperation.ServiceNotOpened"


@pytest.mark.parametrize("action", ALL_ACTIONS)
def test_full_scope_is_refused(local_cloud: RunningCloud, action: str) -> None:
    prepare(local_cloud, scope="full")
    assert Gme(local_cloud).refusal(action, **parameters(action)) == "UnsupportedOperation"


def test_code_for_the_full_scope_is_a_switch(local_cloud: RunningCloud) -> None:
    prepare(
        local_cloud, scope="full", guesses=Profile(full_scope_code="UnsupportedOperation.ServiceNotOpened")
    )
    assert Gme(local_cloud).refusal("StartRecord", **START) == "UnsupportedOperation.ServiceNotOpened"


@pytest.mark.parametrize("action", TASK_ACTIONS)
@pytest.mark.parametrize(
    ("task_id", "code"),
    [
        (0, "InvalidParameterValue.InvalidTaskId"),
        (2**64 - 1, "InvalidParameterValue.InvalidTaskId"),
        (446192236330927912, "ResourceNotFound.TaskNotFound"),
    ],
)
def test_unknown_task_is_refused(local_cloud: RunningCloud, action: str, task_id: int, code: str) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud).refusal(action, **parameters(action, TaskId=task_id)) == code


@pytest.mark.parametrize("action", ["StartRecord", "DescribeTaskInfo"])
@pytest.mark.parametrize(
    ("room", "code"),
    [
        ("", "InvalidParameterValue.InvalidRoomId"),
        ("r" * 128, "InvalidParameterValue.InvalidRoomId"),
        ("empty", "ResourceNotFound.RoomNotFound"),
    ],
)
def test_unknown_room_is_refused(local_cloud: RunningCloud, action: str, room: str, code: str) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud).refusal(action, **parameters(action, RoomId=room)) == code


@pytest.mark.parametrize("action", ["StartRecord", "ModifyRecordInfo"])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"RecordMode": 0}, "InvalidParameterValue.InvalidRecordMode"),
        ({"RecordMode": 4}, "InvalidParameterValue.InvalidRecordMode"),
        (
            {"SubscribeRecordUserIds": {"SubscribeUserIds": ["1"], "UnSubscribeUserIds": ["2"]}},
            "InvalidParameterValue.InvalidSubscribeRecordUserIds",
        ),
        (
            {"SubscribeRecordUserIds": {"SubscribeUserIds": [""]}},
            "InvalidParameterValue.InvalidSubscribeRecordUserIds",
        ),
        (
            {"SubscribeRecordUserIds": {"SubscribeUserIds": TWENTY_ONE}},
            "InvalidParameterValue.InvalidSubscribeUserIds",
        ),
        (
            {"SubscribeRecordUserIds": {"UnSubscribeUserIds": TWENTY_ONE}},
            "InvalidParameterValue.InvalidUNSubscribeUserIds",
        ),
        ({"SubscribeRecordUserIds": {"SubscribeUserIds": "7"}}, "InvalidParameter"),
    ],
)
def test_wrong_choice_is_refused(
    local_cloud: RunningCloud, action: str, changes: dict[str, Any], code: str
) -> None:
    prepare(local_cloud)
    assert Gme(local_cloud).refusal(action, **parameters(action, **changes)) == code


def test_second_start_is_refused(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    gme.ask("StartRecord", **START)
    assert gme.refusal("StartRecord", **START) == "ResourceInUse.TaskInUse"


def test_refusals_come_in_the_documented_order(local_cloud: RunningCloud) -> None:
    gme = Gme(local_cloud)
    wrong = {"RoomId": "empty", "RecordMode": 9, "SubscribeRecordUserIds": {"SubscribeUserIds": TWENTY_ONE}}
    found = [gme.refusal("StartRecord", BizId=1, **wrong), gme.refusal("StartRecord", BizId=BIZ_ID, **wrong)]
    prepare(local_cloud)
    for repair in ({}, {"RecordMode": 1}, {"SubscribeRecordUserIds": None}):
        wrong |= repair
        found.append(gme.refusal("StartRecord", BizId=BIZ_ID, **wrong))
    assert [code.rpartition(".")[2] for code in found] == [
        "InvalidBizId",
        "ServiceNotOpened",
        "InvalidRecordMode",
        "InvalidSubscribeUserIds",
        "RoomNotFound",
    ]


def test_room_without_a_task_has_null_fields(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    found = Gme(local_cloud).ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")
    assert found == {"TaskId": None, "RecordMode": None, "SubscribeRecordUserIds": None}


def test_code_for_a_room_without_a_task_is_a_switch(local_cloud: RunningCloud) -> None:
    prepare(local_cloud, guesses=Profile(no_task_code="OperationDenied"))
    code = Gme(local_cloud).refusal("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")
    assert code == "OperationDenied"


def test_task_is_found_while_its_room_is_empty(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    task_id = gme.ask("StartRecord", **START)["TaskId"]
    local_cloud.run(lambda cloud: cloud.store.delete(cloud.store.select(Member)[0]))
    assert gme.ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")["TaskId"] == task_id
    assert gme.refusal("StartRecord", **START) == "ResourceNotFound.RoomNotFound"


def test_twenty_first_call_in_a_second_is_refused(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud)
    codes = [gme.refusal("DescribeTaskInfo", BizId=BIZ_ID, RoomId="empty") for _ in range(100)]
    assert codes[:20] == ["ResourceNotFound.RoomNotFound"] * 20
    assert "RequestLimitExceeded" in codes


@pytest.mark.parametrize("action", ALL_ACTIONS)
def test_fault_of_the_cloud_is_an_internal_error(
    local_cloud: RunningCloud, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = local_cloud.run(lambda cloud: cloud.service("gme").operations[action])
    assert operation.parameters, "kept from now on, so that the patch does not change them"
    monkeypatch.setitem(operation.__dict__, "perform", lambda *_, **__: 1 / 0)
    assert Gme(local_cloud).refusal(action, **parameters(action)) == "InternalError"


def test_international_site_serves_the_same_actions(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    gme = Gme(local_cloud, host="gme.intl.tencentcloudapi.com")
    assert gme.ask("StartRecord", **START)["TaskId"] > 2**53


def test_what_is_new_is_seen_late(local_cloud: RunningCloud) -> None:
    prepare(local_cloud)
    local_cloud.advance(minutes=10)
    gme = Gme(local_cloud)
    local_cloud.faults.add(Fault(effect=Effect.UNSEEN, service="gme", seconds=60))
    local_cloud.run(lambda cloud: cloud.store.put(Member(BIZ_ID, "late", "8", True, cloud.clock.now())))
    task_id = gme.ask("StartRecord", **START)["TaskId"]
    task = {"BizId": BIZ_ID, "TaskId": task_id}
    assert gme.ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")["TaskId"] is None
    assert gme.refusal("DescribeRecordInfo", **task) == "ResourceNotFound.TaskNotFound"
    assert gme.refusal("DescribeTaskInfo", BizId=BIZ_ID, RoomId="late") == "ResourceNotFound.RoomNotFound"
    local_cloud.advance(seconds=61)
    assert gme.ask("DescribeTaskInfo", BizId=BIZ_ID, RoomId="room")["TaskId"] == task_id
    assert len(gme.ask("DescribeRecordInfo", **task)["RecordInfo"]) == 1
