"""What the actions refuse, against the lists in the vendor's Go SDK (gme/v20180711, 2026-08)."""

import pytest

from gme_recording.localcloud.operation import Operation
from tests.localcloud.services.gme.world import World

EVERY = {
    "InternalError",
    "InvalidParameter",
    "InvalidParameterValue.InvalidBizId",
    "UnauthorizedOperation",
    "UnsupportedOperation",
    "UnsupportedOperation.ServiceNotOpened",
}
CHOICE = {
    "InvalidParameterValue.InvalidRecordMode",
    "InvalidParameterValue.InvalidSubscribeRecordUserIds",
    "InvalidParameterValue.InvalidSubscribeUserIds",
    "InvalidParameterValue.InvalidUNSubscribeUserIds",
}
TASK = {"InvalidParameterValue.InvalidTaskId", "ResourceNotFound.TaskNotFound"}
ROOM = {"InvalidParameterValue.InvalidRoomId", "ResourceNotFound.RoomNotFound"}
DOCUMENTED = {
    "StartRecord": EVERY | CHOICE | ROOM | {"ResourceInUse.TaskInUse", "ResourceNotFound.TaskNotFound"},
    "StopRecord": EVERY | TASK,
    "ModifyRecordInfo": EVERY | CHOICE | TASK,
    "DescribeTaskInfo": EVERY | ROOM | {"OperationDenied"},
    "DescribeRecordInfo": EVERY | TASK,
}
OF_THE_GATEWAY = {"InternalError", "InvalidParameter"}
"""Answered for every action, so that none declares them."""
WITHOUT_OCCASION = {("StartRecord", "ResourceNotFound.TaskNotFound")}
"""Starting names no task; nothing says when the vendor answers so."""


def operation(action: str) -> Operation:
    return World(ready=False).cloud.service("gme").operations[action]


@pytest.mark.parametrize("action", DOCUMENTED)
def test_action_refuses_what_the_vendor_documents(action: str) -> None:
    declared = {refusal.code for refusal in operation(action).refuses}
    unreachable = {code for of, code in WITHOUT_OCCASION if of == action}
    assert declared == DOCUMENTED[action] - OF_THE_GATEWAY - unreachable


@pytest.mark.parametrize("action", DOCUMENTED)
def test_action_takes_twenty_calls_a_second(action: str) -> None:
    assert operation(action).rate == 20
