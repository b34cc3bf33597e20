"""What `reconcile` compares, fetched from GME, from the bucket and from the receiver's database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gme_recording.api.errors import TASK_NOT_FOUND, ApiError
from gme_recording.api.gme import RecordFile, RecordStatus, Task
from gme_recording.api.objects import Object
from gme_recording.callbacks.event import Event
from gme_recording.callbacks.store import Selection, Store
from gme_recording.recordings import names
from gme_recording.recordings.evidence import KnownTask
from gme_recording.recordings.listing import Pages, Stored, Wanted, find
from gme_recording.recordings.owners import Known, Owned

_UPLOADED = frozenset({RecordStatus.UPLOADED, RecordStatus.NOTIFIED})
FORGOTTEN = frozenset({TASK_NOT_FOUND, "InvalidParameterValue.InvalidTaskId"})


class Asker(Protocol):
    """Who can be asked about tasks; `gme_recording.api.gme.Gme` can."""

    def find_task(self, biz_id: int, room_id: str) -> Task | None:
        """Return the task that records a room, or None."""
        ...

    def record_files(self, biz_id: int, task_id: str) -> tuple[RecordFile, ...]:
        """Return the files of a task."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which application, from when on, and what is known beside callbacks."""

    biz_id: int
    since: datetime
    tasks: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()


def heard(store: Store, scope: Scope) -> tuple[Event, ...]:
    """Return the events that were sent since then; memory grows with them, not with the database."""
    return tuple(store.events(Selection(biz_id=scope.biz_id, sent_since=scope.since.timestamp())))


def stored(
    pages: Pages,
    bucket: str,
    scope: Scope,
    events: Iterable[Event],
    strange: Callable[[Object], None] = lambda _: None,
) -> list[Stored]:
    """Return the recordings that arrived since then; `strange` is told of other objects.

    Memory grows with what arrived, not with the bucket.
    """
    known = Known(rooms=scope.rooms | {event.room_id for event in events if event.biz_id == scope.biz_id})
    return list(find(pages, bucket, Wanted(biz_id=scope.biz_id, since=scope.since), known, strange))


def tasks(
    gme: Asker, scope: Scope, events: Iterable[Event], objects: Iterable[Stored]
) -> Iterator[KnownTask]:
    """Ask about every task that callbacks, keys and the scope name, and what records their rooms now."""
    named = dict.fromkeys(scope.tasks, "")
    for event in events:
        if event.biz_id == scope.biz_id:
            named[event.task_id] = event.room_id
    for item in objects:
        if item.recording.task_id and item.owned.sure:
            named.setdefault(item.recording.task_id, item.recording.room_id)
    rooms = scope.rooms | {room for room in named.values() if room}
    running = {
        task.task_id: task.room_id for room in sorted(rooms) if (task := gme.find_task(scope.biz_id, room))
    }
    for task_id, room in (named | running).items():
        yield KnownTask(
            biz_id=scope.biz_id,
            room_id=room,
            task_id=task_id,
            running=task_id in running,
            files=_files(gme, scope.biz_id, task_id),
        )


def arrived(pages: Pages, bucket: str, tasks: Iterable[KnownTask], objects: Iterable[Stored]) -> list[Stored]:
    """Look again for what GME calls uploaded and the listing does not have: it may have come in between."""
    there = {item.object.key for item in objects}
    told = {file.name: task for task in tasks for file in task.files or () if file.status in _UPLOADED}
    return [
        Stored(item, Owned(reading))
        for key, task in told.items()
        if key not in there and (reading := names.parse(key, task.room_id or None)) is not None
        for item in pages.current(bucket, key)
        if item.key == key
    ]


def _files(gme: Asker, biz_id: int, task_id: str) -> tuple[RecordFile, ...] | None:
    """How long GME knows a task after its end is not documented."""
    try:
        return gme.record_files(biz_id, task_id)
    except ApiError as error:
        if error.code in FORGOTTEN:
            return None
        raise
