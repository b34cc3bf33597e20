"""Rooms: players make them by entering, and they are gone with the last one who leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.gme import tasks
from gme_recording.localcloud.services.gme.model import App, Member, Scope, Task

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call


def members(call: Call, biz_id: int, room_id: str) -> list[Member]:
    return call.store.select(Member, biz_id=biz_id, room_id=room_id)


def find(call: Call, biz_id: int, room_id: str, user_id: str) -> Member | None:
    return call.store.find(Member, biz_id=biz_id, room_id=room_id, user_id=user_id)


def join(call: Call, member: Member) -> None:
    """Enter; who is in already keeps the time of joining and gets the new microphone state."""
    known = find(call, member.biz_id, member.room_id, member.user_id) or member
    call.store.put(replace(member, joined=known.joined, muted=known.muted))
    _changed(call, member)


def leave(call: Call, member: Member) -> None:
    call.store.delete(member)
    _changed(call, member)


def microphone(call: Call, member: Member, *, on: bool) -> None:
    call.store.put(replace(member, microphone=on))
    _changed(call, member)


def mute(call: Call, member: Member, *, off: bool) -> None:
    """The application's server silences a member, or opens the microphone again."""
    call.store.put(replace(member, muted=off, microphone=member.microphone or not off))
    _changed(call, member)


def _changed(call: Call, member: Member) -> None:
    """With full recording a task lasts from the first member to the last (607/53747)."""
    app = call.store.find(App, biz_id=member.biz_id)
    task = tasks.running_task(call.store, member.biz_id, member.room_id)
    inhabited = bool(members(call, member.biz_id, member.room_id))
    full = app if app and app.opened and app.scope is Scope.FULL else None
    if task and full and not inhabited:
        tasks.end(call, task)
    elif task:
        tasks.follow(call, task)
    elif full and inhabited:
        task_id = tasks.next_task_id(call.store, call.now)
        tasks.begin(
            call, Task(task_id, member.biz_id, member.room_id, full.full_mode, (), (), started=call.now)
        )
