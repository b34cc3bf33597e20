"""The parts of an application's page that show what is going on: rooms, tasks, files, callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gme_recording.localcloud.outbox import CAPTURED, DELIVERED, PENDING, Attempt, Message
from gme_recording.localcloud.services.console.markup import NOTHING, Markup, options, render, render_all
from gme_recording.localcloud.services.console.page import ROWS, duration, good, moment, more, nothing_yet
from gme_recording.localcloud.services.gme import mischief
from gme_recording.localcloud.services.gme.mischief import Mischief
from gme_recording.localcloud.services.gme.model import App, Callback, File, Member, Status, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gme_recording.localcloud.cloud import Call

_EVENTS = {1: "1 Recording started", 2: "2 Recording stopped", 3: "3 File uploaded"}
_MISCHIEF = {
    Mischief.NONE: "sent as usual",
    Mischief.LOST: "lost",
    Mischief.DOUBLED: "sent twice",
    Mischief.DELAYED: "delayed by a minute",
    Mischief.REORDERED: "sent behind the next one",
    Mischief.FORGED: "signed with a wrong key",
}
_MODES = {1: "Single stream", 2: "Mixed stream", 3: "Single and mixed stream"}


def rooms(call: Call, app: App) -> Markup:
    members = call.store.select(Member, biz_id=app.biz_id)
    rows = (_member(member) for member in members)
    return render("rooms", biz_id=app.biz_id, rows=_rows("member-row", rows, "Nobody is in a room."))


def _member(member: Member) -> dict[str, object]:
    return {
        "biz_id": member.biz_id,
        "room_id": member.room_id,
        "user_id": member.user_id,
        "joined": moment(member.joined),
        "microphone": "On" if member.microphone else "Off",
        "state": good(member.microphone),
        "toggle": "off" if member.microphone else "on",
        "toggled": "false" if member.microphone else "true",
    }


def tasks(call: Call, app: App) -> Markup:
    found = call.store.select(Task, biz_id=app.biz_id)[-ROWS:]
    return render("tasks", rows=_rows("task-row", map(_task, reversed(found)), "No room is being recorded."))


def _task(task: Task) -> dict[str, object]:
    if task.ended:
        words = f"Ended {moment(task.ended)}"
    elif task.alone_since:
        words = f"Waiting since {moment(task.alone_since)}: the room is empty"
    else:
        words = "Running"
    users = f"only {', '.join(task.allow)}" if task.allow else "all"
    if task.block:
        users = f"all but {', '.join(task.block)}"
    return {
        "task_id": task.task_id,
        "room_id": task.room_id,
        "mode": _MODES[task.mode],
        "users": users,
        "started": moment(task.started),
        "words": words,
        "state": good(not task.ended),
    }


def files(call: Call, app: App) -> Markup:
    found = [
        file
        for task in call.store.select(Task, biz_id=app.biz_id)
        for file in call.store.select(File, task_id=task.task_id)
    ]
    newest = sorted(found, key=lambda file: file.started, reverse=True)[:ROWS]
    rows = (_file(call, app, file) for file in newest)
    return render("files", rows=_rows("file-row", rows, "No file yet."), more=more(ROWS, len(found)))


def _file(call: Call, app: App, file: File) -> dict[str, object]:
    query = {"taskId": file.task_id, "stream": file.stream, "serial": file.serial}
    source = f"/console/applications/{app.biz_id}/audio?{urlencode(query)}"
    uploaded = file.status >= Status.UPLOADED
    return {
        "name": file.name,
        "user_id": file.user_id,
        "started": moment(file.started),
        "duration": duration((file.ended or call.now) - file.started),
        "status": f"{file.status:d} {file.status.name.capitalize()}",
        "problem": render("problem", text=file.problem) if file.problem else NOTHING,
        "player": render("player", source=source, name=file.name) if uploaded else NOTHING,
    }


def callbacks(call: Call, app: App) -> Markup:
    found = call.store.select(Callback, biz_id=app.biz_id)
    rows = (_callback(call, callback) for callback in reversed(found[-ROWS:]))
    table = _rows("callback-row", rows, "No callback yet.")
    planned = mischief.planned(call.store)
    return render(
        "callbacks",
        rows=table,
        more=more(ROWS, len(found)),
        biz_id=app.biz_id,
        choices=options((str(word), _MISCHIEF[word]) for word in Mischief),
        planned=f"Planned: {', '.join(_MISCHIEF[word] for word in planned)}." if planned else "",
    )


def _callback(call: Call, callback: Callback) -> dict[str, object]:
    message = call.store.find(Message, message_id=callback.message_id)
    assert message, "a callback and its message are written together"
    states = {DELIVERED: "good", CAPTURED: "good", PENDING: "", mischief.HELD: ""}
    return {
        "event": _EVENTS[callback.event],
        "body": message.body,
        "signature": message.headers["Signature"],
        "url": message.url,
        "tries": len(call.store.select(Attempt, message_id=message.message_id)),
        "outcome": message.outcome.capitalize(),
        "state": states.get(message.outcome, "bad"),
    }


def _rows(template: str, rows: Iterable[dict[str, object]], otherwise: str) -> Markup:
    return render_all(template, rows) or nothing_yet(otherwise)
