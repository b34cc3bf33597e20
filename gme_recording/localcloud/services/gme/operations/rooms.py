"""Rooms as an application's server sees and governs them: who is in, who has to go, who is silenced."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.services.gme import rooms
from gme_recording.localcloud.services.gme.access import application, mainland_only, own_app
from gme_recording.localcloud.services.gme.errors import (
    FAILED,
    INVALID_ACTION,
    INVALID_DELETE_TYPE,
    INVALID_PARAMETER,
    INVALID_USERS,
    NOT_FOUND,
    UNAUTHORIZED,
    UNKNOWN_APP,
    UNKNOWN_SDK_APP,
)
from gme_recording.localcloud.services.gme.model import Member
from gme_recording.localcloud.services.gme.routes import GME

ROOM_LIMIT = 10
"""Rooms that one DescribeRoomInfo may name."""
_DELETE_ROOM, _DELETE_MEMBERS = 1, 2
_MICROPHONE_OFF, _MICROPHONE_ON = 1, 2
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Microphone:
    """What becomes of a member's microphone; `str_uid` counts where both ids are given."""

    enable_mic: int
    uid: int | None = None
    str_uid: str = ""

    @property
    def user_id(self) -> str:
        return self.str_uid or ("" if self.uid is None else str(self.uid))


def _of_sdk_app(call: Call, *, sdk_app_id: int, **_: object) -> list[str]:
    return application(call, biz_id=sdk_app_id)


@GME.operation(
    "DescribeRoomInfo",
    on=_of_sdk_app,
    refuses=(INVALID_ACTION, INVALID_PARAMETER, UNAUTHORIZED),
    rate=1000,
)
def describe_room_info(
    call: Call,
    *,
    sdk_app_id: int,
    room_ids: list[int] | None = None,
    str_room_ids: list[str] | None = None,
) -> dict[str, object]:
    """Mainland site only (api/607/54789). A room that does not exist is listed without members."""
    mainland_only(call, "DescribeRoomInfo")
    own_app(call, sdk_app_id, absent=UNKNOWN_SDK_APP)
    named = str_room_ids or [str(room_id) for room_id in room_ids or ()]
    if not 1 <= len(named) <= ROOM_LIMIT:
        raise INVALID_PARAMETER(problem=f"RoomIds or StrRoomIds must name 1 to {ROOM_LIMIT} rooms")
    return {"Result": 0, "RoomUsers": [_described(call, sdk_app_id, room_id) for room_id in named]}


def _described(call: Call, biz_id: int, room_id: str) -> dict[str, object]:
    users = [member.user_id for member in rooms.members(call, biz_id, room_id)]
    return {
        "RoomId": _number(room_id) or 0,
        "Uins": [number for user in users if (number := _number(user)) is not None],
        "StrRoomId": room_id,
        "StrUins": users,
    }


def _number(identifier: str) -> int | None:
    """Ids of people and rooms are numbers in the vendor's eyes, unless an application asked for texts."""
    return int(identifier) if _NUMBER.fullmatch(identifier) else None


@GME.operation(
    "DeleteRoomMember",
    on=application,
    refuses=(INVALID_DELETE_TYPE, INVALID_USERS, NOT_FOUND, UNAUTHORIZED),
    rate=200,
)
def delete_room_member(
    call: Call,
    *,
    biz_id: int,
    room_id: str,
    delete_type: int,
    uids: list[str | int] | None = None,
    str_uids: list[str | int] | None = None,
) -> dict[str, object]:
    """Everybody has to leave, or those who are named; the room goes with its last member."""
    own_app(call, biz_id, absent=UNKNOWN_APP)
    if delete_type not in (_DELETE_ROOM, _DELETE_MEMBERS):
        raise INVALID_DELETE_TYPE(found=delete_type)
    named = {str(user) for user in (*(uids or ()), *(str_uids or ()))}
    if delete_type == _DELETE_MEMBERS and not named:
        raise INVALID_USERS()
    inside = rooms.members(call, biz_id, room_id)
    leaving = [m for m in inside if delete_type == _DELETE_ROOM or m.user_id in named]
    if not leaving:
        raise NOT_FOUND(problem=f"nobody of that kind is in room {room_id}")
    for member in leaving:
        rooms.leave(call, member)
    return {"DeleteResult": {"Code": 0, "ErrorMsg": ""}}


@GME.operation(
    "ModifyUserMicStatus", on=application, refuses=(INVALID_ACTION, FAILED, NOT_FOUND, UNAUTHORIZED)
)
def modify_user_mic_status(
    call: Call, *, biz_id: int, room_id: str, users: list[Microphone]
) -> dict[str, object]:
    """Mainland site only. Silence lasts until the member leaves or the same call ends it."""
    mainland_only(call, "ModifyUserMicStatus")
    own_app(call, biz_id, absent=UNKNOWN_APP)
    for wanted in users:
        if wanted.enable_mic not in (_MICROPHONE_OFF, _MICROPHONE_ON):
            raise FAILED(problem=f"EnableMic {wanted.enable_mic} is not 1 (off) or 2 (on)")
        rooms.mute(
            call, _member(call, biz_id, room_id, wanted.user_id), off=wanted.enable_mic == _MICROPHONE_OFF
        )
    return {"Result": 0, "ErrMsg": ""}


def _member(call: Call, biz_id: int, room_id: str, user_id: str) -> Member:
    member = rooms.find(call, biz_id, room_id, user_id)
    if member is None:
        raise NOT_FOUND(problem=f"user {user_id!r} is not in room {room_id}")
    return member
