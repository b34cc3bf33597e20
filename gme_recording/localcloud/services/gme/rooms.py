"""Rooms: players make them by entering, and they are gone with the last one who leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.gme import tasks
from gme_recording.localcloud.services.gme.model import Member

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call


def members(call: Call, biz_id: int, room_id: str) -> list[Member]:
    return call.store.select(Member, biz_id=biz_id, room_id=room_id)


def join(call: Call, member: Member) -> None:
    """Enter; who is in already keeps the time of joining and gets the new microphone state."""
    known = call.store.find(Member, biz_id=member.biz_id, room_id=member.room_id, user_id=member.user_id)
    call.store.put(replace(member, joined=known.joined if known else member.joined))
    _changed(call, member)


def leave(call: Call, member: Member) -> None:
    call.store.delete(member)
    _changed(call, member)


def microphone(call: Call, member: Member, *, on: bool) -> None:
    call.store.put(replace(member, microphone=on))
    _changed(call, member)


def _changed(call: Call, member: Member) -> None:
    task = tasks.running_task(call.store, member.biz_id, member.room_id)
    if task:
        tasks.follow(call, task)
