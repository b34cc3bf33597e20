"""Callbacks (607/53749): what happened to a file, signed with the application's key."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING

from gme_recording.localcloud import outbox
from gme_recording.localcloud.clock import job
from gme_recording.localcloud.outbox import Message
from gme_recording.localcloud.services.gme import mischief
from gme_recording.localcloud.services.gme.model import (
    MIXED,
    App,
    Callback,
    File,
    Status,
    Task,
    find_file,
    next_callback_number,
    profile,
)

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call


class Event(IntEnum):
    STARTED = 1
    FINISHED = 2
    UPLOADED = 3


def signature(secret_key: str, body: str, *, hexadecimal: bool = False) -> str:
    """HMAC-SHA1 of the whole body. The vendor names no encoding; its sibling product's is base64."""
    digest = hmac.new(secret_key.encode(), body.encode(), hashlib.sha1)
    return digest.hexdigest() if hexadecimal else b64encode(digest.digest()).decode()


def notify(call: Call, file: File, event: Event) -> None:
    """Put the event into the outbox, if the application has a callback URL."""
    task = call.store.find(Task, task_id=file.task_id)
    app = call.store.find(App, biz_id=task.biz_id) if task else None
    guesses = profile(call.store)
    if not (task and app and app.callback_url) or (guesses.completion_only and event is not Event.UPLOADED):
        return
    body = json.dumps(_body(call, task, file, event), separators=(",", ":"), ensure_ascii=False)
    signed = signature(app.secret_key, body, hexadecimal=guesses.hex_signature)
    headers = {"Content-Type": "application/json", "Signature": signed}
    message = Message("", app.callback_url, headers, body, call.now, then="gme.notified")
    for fate in mischief.apply(call.store, message):
        number = next_callback_number(call.store)
        callback = call.store.add(Callback(number, app.biz_id, task.task_id, file.file_id, event))
        behind = mischief.waiting(call.store, task.task_id, call.now) if fate.due else ""
        leaving = replace(fate, message_id=callback.message_id, releases=behind)
        outbox.post(call.store, leaving)
        if leaving.outcome == mischief.HELD:
            mischief.hold(call.store, task.task_id, leaving)


def _body(call: Call, task: Task, file: File, event: Event) -> dict[str, object]:
    return {
        "BizID": task.biz_id,
        "RoomID": task.room_id,
        "UserID": file.user_id,
        "TaskID": task.task_id,
        "RecordMode": 1 if file.stream == MIXED else 0,
        "Timestamp": int(call.now.timestamp()),
        "EventType": int(event),
        "Detail": {"SeqNo": file.serial, "FileName": file.name},
    }


@job("gme.notified")
def notified(call: Call, message_id: str) -> None:
    """The customer knows: status 14, once the upload has been told."""
    callback = call.store.find(Callback, number=int(message_id.rpartition("/")[2]))
    file = callback and find_file(call.store, callback.file_id)
    if callback and file and callback.event == Event.UPLOADED and file.status is Status.UPLOADED:
        call.store.put(replace(file, status=Status.NOTIFIED))
