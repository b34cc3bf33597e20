"""The five actions of custom recording (607/53736, 53735, 53737, 53738, 53739)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.services.gme import rooms, tasks
from gme_recording.localcloud.services.gme.access import application, find_task, opened_app
from gme_recording.localcloud.services.gme.errors import (
    ALLOW_TOO_LONG,
    BLOCK_TOO_LONG,
    INVALID_BIZ_ID,
    INVALID_LISTS,
    INVALID_RECORD_MODE,
    INVALID_ROOM_ID,
    INVALID_TASK_ID,
    NOT_OPENED,
    OPERATION_DENIED,
    ROOM_NOT_FOUND,
    TASK_IN_USE,
    TASK_NOT_FOUND,
    UNAUTHORIZED,
    UNSUPPORTED,
)
from gme_recording.localcloud.services.gme.model import File, Mode, Task, profile
from gme_recording.localcloud.services.gme.routes import GME

if TYPE_CHECKING:
    from collections.abc import Sequence

RATE = 20
LIST_LIMIT = 20
ROOM_ID_LIMIT = 127

EVERY = (INVALID_BIZ_ID, UNAUTHORIZED, UNSUPPORTED, NOT_OPENED)
CHOICE = (INVALID_RECORD_MODE, INVALID_LISTS, ALLOW_TOO_LONG, BLOCK_TOO_LONG)


@dataclass(frozen=True, slots=True)
class Subscription:
    """Whom to record: only these users, or all but these. The vendor's examples send numbers for texts."""

    subscribe_user_ids: list[str | int] | None = None
    un_subscribe_user_ids: list[str | int] | None = None


@GME.operation(
    "StartRecord",
    on=application,
    refuses=(*EVERY, *CHOICE, INVALID_ROOM_ID, ROOM_NOT_FOUND, TASK_IN_USE),
    rate=RATE,
)
def start_record(
    call: Call,
    *,
    biz_id: int,
    room_id: str,
    record_mode: int,
    subscribe_record_user_ids: Subscription | None = None,
) -> dict[str, int]:
    """Rooms are made by players, never by this call; a task outlives its room by 12 hours."""
    opened_app(call, biz_id)
    mode = _mode(record_mode)
    allow, block = _lists(subscribe_record_user_ids or Subscription())
    _check_room_id(room_id)
    if not rooms.members(call, biz_id, room_id):
        raise ROOM_NOT_FOUND(room_id=room_id)
    if busy := tasks.running_task(call.store, biz_id, room_id):
        raise TASK_IN_USE(task_id=busy.task_id)
    task_id = tasks.next_task_id(call.store, call.now)
    tasks.begin(call, Task(task_id, biz_id, room_id, mode, allow, block, started=call.now))
    return {"TaskId": task_id}


@GME.operation("StopRecord", on=application, refuses=(*EVERY, INVALID_TASK_ID, TASK_NOT_FOUND), rate=RATE)
def stop_record(call: Call, *, biz_id: int, task_id: int) -> None:
    tasks.end(call, _running(call, biz_id, task_id))


@GME.operation(
    "ModifyRecordInfo",
    on=application,
    refuses=(*EVERY, *CHOICE, INVALID_TASK_ID, TASK_NOT_FOUND),
    rate=RATE,
)
def modify_record_info(
    call: Call,
    *,
    biz_id: int,
    task_id: int,
    record_mode: int,
    subscribe_record_user_ids: Subscription | None = None,
) -> None:
    """Lists that are left out stay as they are; the vendor does not say."""
    opened_app(call, biz_id)
    mode = _mode(record_mode)
    lists = subscribe_record_user_ids and _lists(subscribe_record_user_ids)
    task = _running(call, biz_id, task_id)
    allow, block = lists or (task.allow, task.block)
    changed = call.store.put(replace(task, mode=mode, allow=allow, block=block))
    tasks.follow(call, changed)


@GME.operation(
    "DescribeTaskInfo",
    on=application,
    refuses=(*EVERY, INVALID_ROOM_ID, ROOM_NOT_FOUND, OPERATION_DENIED),
    rate=RATE,
)
def describe_task_info(call: Call, *, biz_id: int, room_id: str) -> dict[str, object]:
    """The task of a room, also of one that everybody has left; null fields where nothing is recorded."""
    opened_app(call, biz_id)
    _check_room_id(room_id)
    task = tasks.running_task(call.store, biz_id, room_id)
    if task:
        lists = {"SubscribeUserIds": task.allow, "UnSubscribeUserIds": task.block}
        return {"TaskId": task.task_id, "RecordMode": task.mode, "SubscribeRecordUserIds": lists}
    if not rooms.members(call, biz_id, room_id):
        raise ROOM_NOT_FOUND(room_id=room_id)
    if code := profile(call.store).no_task_code:
        raise replace(OPERATION_DENIED, code=code)(room_id=room_id)
    return {"TaskId": None, "RecordMode": None, "SubscribeRecordUserIds": None}


@GME.operation(
    "DescribeRecordInfo", on=application, refuses=(*EVERY, INVALID_TASK_ID, TASK_NOT_FOUND), rate=RATE
)
def describe_record_info(call: Call, *, biz_id: int, task_id: int) -> dict[str, object]:
    """Every file of a task. Answered after its end too: statuses 10 to 14 come only then."""
    task = find_task(call, opened_app(call, biz_id), task_id)
    files = sorted(call.store.select(File, task_id=task.task_id), key=lambda file: file.started)
    return {
        "RecordInfo": [_record_info(file) for file in files],
        "RecordMode": task.mode,
        "RoomId": task.room_id,
    }


def _record_info(file: File) -> dict[str, object]:
    return {
        "UserId": file.user_id,
        "FileName": file.name,
        "RecordBeginTime": int(file.started.timestamp()),
        "RecordStatus": file.status,
    }


def _running(call: Call, biz_id: int, task_id: int) -> Task:
    task = find_task(call, opened_app(call, biz_id), task_id)
    if task.ended:
        raise TASK_NOT_FOUND(task_id=task_id)
    return task


def _check_room_id(room_id: str) -> None:
    if not 0 < len(room_id) <= ROOM_ID_LIMIT:
        raise INVALID_ROOM_ID(length=len(room_id))


def _mode(number: int) -> Mode:
    try:
        return Mode(number)
    except ValueError:
        raise INVALID_RECORD_MODE(mode=number) from None


def _lists(given: Subscription) -> tuple[tuple[str, ...], tuple[str, ...]]:
    allow, block = _user_ids(given.subscribe_user_ids or ()), _user_ids(given.un_subscribe_user_ids or ())
    if allow and block:
        raise INVALID_LISTS(problem="SubscribeUserIds and UnSubscribeUserIds exclude each other")
    if len(allow) > LIST_LIMIT:
        raise ALLOW_TOO_LONG(found=len(allow))
    if len(block) > LIST_LIMIT:
        raise BLOCK_TOO_LONG(found=len(block))
    return allow, block


def _user_ids(given: Sequence[str | int]) -> tuple[str, ...]:
    if "" in given:
        raise INVALID_LISTS(problem="a user id is empty")
    return tuple(str(user) for user in given)
