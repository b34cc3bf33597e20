"""What `record start|stop|modify|task|files|watch` do between their options and their output."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from gme_recording.api import Gme, LocalCloud, RecordMode, RecordStatus, tasks, watch
from gme_recording.api.tasks import Choice, mode_name
from gme_recording.cli import shelves
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gme_recording.api import Cloud, RecordFile, Task
    from gme_recording.api.watch import Event
    from gme_recording.cli.output import Output

LIMITS = "a file is split after 2 h, an empty room is waited for 12 h, a task ends after 24 h"
_SAYS = {
    watch.Kind.SILENT: "nothing is on air",
    watch.Kind.ON_AIR: "on air again",
    watch.Kind.WAITING: "waits for a player to make the room",
    watch.Kind.ENDED: "has ended",
    watch.Kind.LATE: "its files are still not in the bucket",
}


@dataclass(frozen=True, slots=True)
class Which:
    """Which recording is meant: an application of a stack, and a room or a task in it."""

    stack: str
    app: str | None
    room: str | None = None
    task: str | None = None

    def __post_init__(self) -> None:
        if (self.room is None) == (self.task is None):
            raise UserError(
                "say which recording is meant, by its room or by its task",
                hint="give one of --room and --task",
                exit_code=ExitCode.INPUT,
            )


@dataclass(frozen=True, slots=True)
class _There:
    """An application and the way to it."""

    biz_id: int
    cloud: Cloud
    gme: Gme

    @classmethod
    def of(cls, which: Which) -> _There:
        shelf = shelves.shelf(which.stack, which.app)
        return cls(shelf.app.biz_id, shelf.cloud, Gme(shelf.cloud))

    def task(self, which: Which) -> Task:
        """The task that is under way; raises UserError if there is none."""
        if which.task is not None:
            return tasks.get_by_id(self.gme, self.biz_id, which.task)
        assert which.room is not None
        return tasks.get(self.gme, self.biz_id, which.room)


def start(which: Which, choice: Choice, output: Output, *, reuse: bool) -> int:
    """Start a task, or with `reuse` tell of the one that runs."""
    assert which.room is not None
    there = _There.of(which)
    started = tasks.start(there.gme, there.biz_id, which.room, choice, reuse=reuse)
    lines = [f"{_line(started.task)}{', as before' if started.reused else ''}", f"limits: {LIMITS}"]
    lines += [f"differs: {text} (gme-recording record modify)" for text in started.differs]
    data = {**_task_data(there, started.task), "reused": started.reused, "differs": list(started.differs)}
    output.show("\n".join(lines), data)
    return ExitCode.DIFFERS if started.differs else ExitCode.OK


def stop(which: Which, output: Output) -> int:
    """End a task; one that is over already is no error."""
    there = _There.of(which)
    task_id = which.task
    if task_id is None:
        assert which.room is not None
        found = there.gme.find_task(there.biz_id, which.room)
        task_id = found.task_id if found else ""
    stopped = bool(task_id) and tasks.end(there.gme, there.biz_id, task_id)
    text = f"task {task_id}: stopped" if stopped else "nothing to stop: it has ended"
    output.show(text, {"bizId": there.biz_id, "taskId": task_id, "stopped": stopped})
    return ExitCode.OK


def modify(
    which: Which,
    output: Output,
    *,
    mode: RecordMode | None,
    allow: tuple[str, ...] | None,
    block: tuple[str, ...] | None,
) -> int:
    """Change a task; what is not given stays."""
    there = _There.of(which)
    changed = tasks.change(there.gme, there.biz_id, there.task(which), mode=mode, allow=allow, block=block)
    output.show(_line(changed), _task_data(there, changed))
    return ExitCode.OK


def task(which: Which, output: Output) -> int:
    """Show the task that is under way."""
    there = _There.of(which)
    found = there.task(which)
    output.show(_line(found), _task_data(there, found))
    return ExitCode.OK


def files(which: Which, output: Output) -> int:
    """Show the files of a task."""
    there = _There.of(which)
    task_id = which.task or there.task(which).task_id
    found = there.gme.task_files(there.biz_id, task_id)
    rows = "\n".join(_file_line(file) for file in found.files) or "no file yet"
    data = {
        "bizId": there.biz_id,
        "taskId": task_id,
        "roomId": found.room_id,
        "mode": mode_name(found.mode),
        "files": [_file_data(file) for file in found.files],
    }
    output.show(rows, data)
    return ExitCode.OK


def follow(which: Which, output: Output, *, keep: Choice | None, every: float, patience: timedelta) -> int:
    """Tell what happens, until it is over; with `keep` for as long as nobody interrupts."""
    there = _There.of(which)
    room = which.room
    if which.task is not None:
        room = there.gme.task_files(there.biz_id, which.task).room_id
    elif keep is None:
        there.task(which)
    assert room is not None
    if keep is not None and (running := there.gme.find_task(there.biz_id, room)):
        keep = Choice.of(running)
    output.say(f"limits: {LIMITS}" + ("; renewed 10 min before" if keep else ""))
    pace = watch.Pace(now=_clock(there.cloud), sleep=time.sleep, every=every, patience=patience)
    watched = watch.Watch(there.gme, there.biz_id, room, pace, task_id=which.task or "", keep=keep)
    output.show_each(_told(watched.events(), there.biz_id))
    return ExitCode.TIMEOUT if watched.late else ExitCode.OK


def _clock(cloud: Cloud) -> Callable[[], datetime]:
    """The cloud's own time: the local cloud's may have been moved."""
    return LocalCloud(cloud.url).now if cloud.url else partial(datetime.now, UTC)


def _told(events: Iterator[Event], biz_id: int) -> Iterator[tuple[str, Mapping[str, object]]]:
    for event in events:
        data = {
            "at": event.at.isoformat(timespec="seconds"),
            "event": str(event.kind),
            "bizId": biz_id,
            "taskId": event.task_id,
            "roomId": event.room_id,
            **({"userId": event.user_id, "file": event.name} if event.name else {}),
            **({"status": RecordStatus.word(event.status)} if event.status else {}),
            **({"until": event.until.isoformat(timespec="seconds")} if event.until else {}),
            **({"note": event.note} if event.note else {}),
        }
        yield _event_line(event), data


def _event_line(event: Event) -> str:
    at = f"{event.at.astimezone():%H:%M:%S}"
    until = f" (until {event.until.astimezone():%Y-%m-%d %H:%M})" if event.until else ""
    if event.kind is watch.Kind.FILE:
        return f"{at}  {RecordStatus.word(event.status):<11}  {event.name}"
    if event.kind is watch.Kind.TROUBLE:
        return f"{at}  trouble      {event.note}"
    note = f", {event.note}" if event.note else ""
    said = _SAYS.get(event.kind) or f"task {event.task_id} records room {event.room_id}"
    return f"{at}  {event.kind:<11}  {said}{note}{until}"


def _line(task: Task) -> str:
    chosen = [
        f"{name} {', '.join(users)}" for name, users in (("only", task.allow), ("not", task.block)) if users
    ]
    what = f"{mode_name(task.mode)}{'; ' if chosen else ''}{'; '.join(chosen)}"
    return f"task {task.task_id} records room {task.room_id} ({what})"


def _task_data(there: _There, task: Task) -> dict[str, object]:
    return {
        "bizId": there.biz_id,
        "taskId": task.task_id,
        "roomId": task.room_id,
        "mode": mode_name(task.mode),
        "allow": list(task.allow),
        "block": list(task.block),
    }


def _file_line(file: RecordFile) -> str:
    who = "room" if file.user_id == "0" else f"user {file.user_id}"
    return f"{RecordStatus.word(file.status):<11}  {who:<12}  {_began(file) or '-':<20}  {file.name}"


def _file_data(file: RecordFile) -> dict[str, object]:
    return {
        "userId": file.user_id,
        "file": file.name,
        "status": RecordStatus.word(file.status),
        "began": _began(file),
    }


def _began(file: RecordFile) -> str | None:
    return datetime.fromtimestamp(file.began, UTC).isoformat().replace("+00:00", "Z") if file.began else None
