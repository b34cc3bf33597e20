"""Players: the local cloud's stand-in for the client SDK, which alone makes rooms."""

from __future__ import annotations

from itertools import groupby

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE, NOT_IN_ROOM, UNKNOWN_APPLICATION
from gme_recording.localcloud.services.admin.routes import ADMIN
from gme_recording.localcloud.services.gme import rooms
from gme_recording.localcloud.services.gme.model import App, Member

ID_LIMIT = 127
"""Characters of a room or user id (607, H5 API)."""


@ADMIN.operation("ListRooms", match="GET /admin/rooms")
def list_rooms(call: Call, *, biz_id: int | None = None) -> list[dict[str, object]]:
    where = {} if biz_id is None else {"biz_id": biz_id}
    members = call.store.select(Member, **where)
    return [
        {
            "bizId": room[0],
            "roomId": room[1],
            "members": [
                {"userId": m.user_id, "microphone": m.microphone, "joined": m.joined.isoformat()}
                for m in inside
            ],
        }
        for room, inside in groupby(members, key=lambda member: (member.biz_id, member.room_id))
    ]


@ADMIN.operation("JoinRoom", match="POST /admin/rooms/join", refuses=(UNKNOWN_APPLICATION, INVALID_VALUE))
def join_room(call: Call, *, biz_id: int, room_id: str, user_id: str, microphone: bool = True) -> object:
    """Enter a room, and make it by that if it does not exist."""
    if not call.store.find(App, biz_id=biz_id):
        raise UNKNOWN_APPLICATION(biz_id=biz_id)
    for name, value in (("roomId", room_id), ("userId", user_id)):
        if not 0 < len(value) <= ID_LIMIT:
            raise INVALID_VALUE(name=name, found=value, allowed=f"1 to {ID_LIMIT} characters")
    rooms.join(call, Member(biz_id, room_id, user_id, microphone, joined=call.now))
    return {"ok": True}


@ADMIN.operation("LeaveRoom", match="POST /admin/rooms/leave", refuses=(NOT_IN_ROOM,))
def leave_room(call: Call, *, biz_id: int, room_id: str, user_id: str) -> object:
    rooms.leave(call, _member(call, biz_id, room_id, user_id))
    return {"ok": True}


@ADMIN.operation("SetMicrophone", match="POST /admin/rooms/microphone", refuses=(NOT_IN_ROOM,))
def set_microphone(call: Call, *, biz_id: int, room_id: str, user_id: str, on: bool) -> object:
    rooms.microphone(call, _member(call, biz_id, room_id, user_id), on=on)
    return {"ok": True}


def _member(call: Call, biz_id: int, room_id: str, user_id: str) -> Member:
    member = call.store.find(Member, biz_id=biz_id, room_id=room_id, user_id=user_id)
    if not member:
        raise NOT_IN_ROOM(user_id=user_id, room_id=room_id)
    return member
