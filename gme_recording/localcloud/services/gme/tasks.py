"""A task's life: who is on air becomes files, closed files become objects in the customer's bucket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from gme_recording.localcloud.clock import job
from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.gme import audio
from gme_recording.localcloud.services.gme.model import (
    App,
    File,
    Member,
    Status,
    Task,
    find_file,
    next_serial,
    profile,
)
from gme_recording.localcloud.services.gme.notify import Event, notify
from gme_recording.localcloud.services.gme.segments import DAY, HOLD, SPLIT, change, file_name, streams

if TYPE_CHECKING:
    from datetime import datetime

    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.store import Store

ROLE = "GME_QCSLinkedRoleInGameMedia"
"""Service-linked role that recordings are written as (598/85196)."""
UPLOAD_RETRY = timedelta(minutes=1)
_FIRST_TASK_ID = 446_192_236_330_927_000


def running_task(store: Store, biz_id: int, room_id: str) -> Task | None:
    return store.find(Task, biz_id=biz_id, room_id=room_id, ended=None)


def begin(call: Call, task: Task) -> None:
    call.store.add(task)
    call.later(DAY, "gme.day-over", str(task.task_id))
    follow(call, task)


def next_task_id(store: Store, now: datetime) -> int:
    """Beyond 2^53, larger than all before, no multiple of 64: a detour through a double damages every one."""
    newest = store.query(Task, "1 ORDER BY task_id DESC LIMIT 1")
    candidate = (newest[0].task_id if newest else _FIRST_TASK_ID) + 1 + now.microsecond
    return candidate + (candidate % 64 == 0)


def follow(call: Call, task: Task) -> None:
    """Open and close files so that they match who is on air now."""
    members = call.store.select(Member, biz_id=task.biz_id, room_id=task.room_id)
    wanted = change(_running(call.store, task), streams(task, members))
    for file in wanted.close:
        _close(call, file)
    for stream in wanted.open:
        _open(call, task, stream)
    if not members and not task.alone_since:
        call.later(HOLD, "gme.hold-over", str(task.task_id))
        call.store.put(replace(task, alone_since=call.now))
    elif members and task.alone_since:
        call.store.put(replace(task, alone_since=None))


def end(call: Call, task: Task) -> None:
    for file in _running(call.store, task):
        _close(call, file)
    call.store.put(replace(task, ended=call.now))


def interrupt(call: Call, task: Task) -> None:
    """An exception on the vendor's side: the task restarts by itself with new segments."""
    for file in _running(call.store, task):
        _close(call, file)
    follow(call, task)


@job("gme.split")
def split(call: Call, file_id: str) -> None:
    file = find_file(call.store, file_id)
    task = file and call.store.find(Task, task_id=file.task_id)
    if file and not file.ended and task:
        _close(call, file)
        _open(call, task, file.stream)


@job("gme.hold-over")
def hold_over(call: Call, task_id: str) -> None:
    task = call.store.find(Task, task_id=int(task_id), ended=None)
    if task and task.alone_since and call.now - task.alone_since >= HOLD:
        end(call, task)


@job("gme.day-over")
def day_over(call: Call, task_id: str) -> None:
    task = call.store.find(Task, task_id=int(task_id), ended=None)
    if task and profile(call.store).day_limit:
        end(call, task)


@job("gme.process")
def process(call: Call, file_id: str) -> None:
    """One step from the end of recording towards the bucket."""
    file = find_file(call.store, file_id)
    if not file:
        return
    if file.status is Status.UPLOADING:
        _upload(call, file)
        return
    later = Status.TRANSCODING if file.status is Status.WAITING else Status.UPLOADING
    call.store.put(replace(file, status=later))
    _process_later(call, file_id)


def _running(store: Store, task: Task) -> list[File]:
    return store.select(File, task_id=task.task_id, ended=None)


def _open(call: Call, task: Task, stream: str) -> None:
    serial = next_serial(call.store, task.task_id, stream)
    name = file_name(task, stream, serial)
    file = File(task.task_id, stream, serial, name, started=call.now)
    call.store.add(file)
    call.later(SPLIT, "gme.split", file.file_id)
    notify(call, file, Event.STARTED)


def _close(call: Call, file: File) -> None:
    closed = replace(file, ended=call.now, status=Status.WAITING)
    call.store.put(closed)
    notify(call, closed, Event.FINISHED)
    _process_later(call, file.file_id)


def _process_later(call: Call, file_id: str) -> None:
    call.later(profile(call.store).step, "gme.process", file_id)


def _upload(call: Call, file: File) -> None:
    """As the service-linked role. Refused, the file stays in status 12; what fails in COS is tried again."""
    task = call.store.find(Task, task_id=file.task_id)
    app = call.store.find(App, biz_id=task.biz_id) if task else None
    assert app
    assert file.ended
    content = audio.tone(file.stream, file.ended - file.started)
    try:
        call.perform(
            "cos",
            "PutObject",
            as_role=ROLE,
            owner_uin=app.owner_uin,
            bucket=app.bucket,
            key=file.name,
            content=content,
            headers={"content-type": "audio/mpeg"},
        )
    except CloudError as refusal:
        call.store.put(replace(file, problem=str(refusal), tries=file.tries + 1))
        may_pass = refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        if may_pass and file.tries < profile(call.store).upload_retries:
            call.later(UPLOAD_RETRY, "gme.process", file.file_id)
        return
    uploaded = replace(file, status=Status.UPLOADED, problem="")
    call.store.put(uploaded)
    notify(call, uploaded, Event.UPLOADED)
