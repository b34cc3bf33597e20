"""When a file starts, when it ends and what it is called (pure).

The rules are the vendor's (607/53748): a mixed file runs while someone is in the room, a user's file while
that user is in the room, in scope and has the microphone on; no file is longer than two hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from gme_recording.localcloud.clock import CHINA
from gme_recording.localcloud.services.gme.model import MIXED, File, Member, Mode, Task

SPLIT = timedelta(hours=2)
HOLD = timedelta(hours=12)
"""A task waits that long for someone to come back to an empty room."""
DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Change:
    close: tuple[File, ...]
    open: tuple[str, ...]
    """Streams."""


def streams(task: Task, members: Iterable[Member]) -> frozenset[str]:
    """What is on air. A mixed stream needs no user in scope: the vendor asks that of single ones only."""
    members = tuple(members)
    found = set()
    if task.mode is not Mode.SINGLE and members:
        found.add(MIXED)
    if task.mode is not Mode.MIXED:
        found |= {m.user_id for m in members if m.speaks and task.includes(m.user_id)}
    return frozenset(found)


def change(running: Iterable[File], wanted: frozenset[str]) -> Change:
    """From the files that are being recorded to the streams that are on air."""
    running = tuple(running)
    close = tuple(file for file in running if file.stream not in wanted)
    return Change(close, tuple(sorted(wanted - {file.stream for file in running})))


def file_name(task: Task, stream: str, serial: int) -> str:
    """The object key by the documented convention; times are China's, as in the sample of 607/53749."""
    room = f"{task.biz_id}_{task.room_id}"
    start = task.started.astimezone(CHINA).strftime("%Y-%m-%d-%H-%M-%S")
    if stream == MIXED:
        return f"{room}/{task.task_id}_{start}_{serial}_audio.mp3"
    return f"{room}_{stream}/{start}_{serial}_audio.mp3"
