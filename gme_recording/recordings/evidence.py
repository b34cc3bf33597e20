"""What tasks, callbacks and bucket tell of each file, put together (pure, whatever the order).

GME's own list, its callbacks and the bucket may each know of a file that the others do not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gme_recording.api.gme import RecordFile, RecordStatus
from gme_recording.callbacks.event import Event, Kind
from gme_recording.callbacks.history import history
from gme_recording.recordings import names
from gme_recording.recordings.listing import Stored

_REACHED = {
    RecordStatus.RECORDING: Kind.STARTED,
    RecordStatus.WAITING: Kind.FINISHED,
    RecordStatus.TRANSCODING: Kind.FINISHED,
    RecordStatus.UPLOADING: Kind.FINISHED,
    RecordStatus.UPLOADED: Kind.UPLOADED,
    RecordStatus.NOTIFIED: Kind.UPLOADED,
}
_MIXED_USERS = frozenset({"", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTask:
    """A task that was asked for."""

    biz_id: int
    room_id: str = ""
    task_id: str
    running: bool = False
    """Whether DescribeTaskInfo names it as the room's task."""
    files: tuple[RecordFile, ...] | None = None
    """None where GME no longer knows the task."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Everything that is known of one file."""

    key: str
    biz_id: int
    room_id: str
    user_id: str
    """Empty for a mixed stream."""
    task_id: str = ""
    """Empty if nothing tells it."""
    reached: int = 0
    """How far it got by what GME told: a `callbacks.event.Kind`; 0 if only the bucket has it."""
    recording: bool = False
    """Whether GME says that it is being recorded now."""
    began: datetime | None = None
    ended: datetime | None = None
    heard: frozenset[int] = frozenset()
    """Kinds of callbacks."""
    stored: datetime | None = None
    """When the object in the bucket was written; None if there is none."""

    @property
    def known(self) -> bool:
        """Whether GME told of it, by callback or when asked."""
        return bool(self.heard) or self.reached > 0

    def __or__(self, other: File) -> File:
        """Join two pieces of knowledge of the same file; the one on the left knows whose it is."""
        assert self.key == other.key, "two files cannot be joined"
        return replace(
            self,
            task_id=self.task_id or other.task_id,
            reached=max(self.reached, other.reached),
            recording=self.recording or other.recording,
            began=min(filter(None, (self.began, other.began)), default=None),
            ended=min(filter(None, (self.ended, other.ended)), default=None),
            heard=self.heard | other.heard,
            stored=self.stored or other.stored,
        )


def files(
    tasks: Iterable[KnownTask], events: Iterable[Event], objects: Iterable[Stored]
) -> tuple[dict[str, File], int]:
    """Return every file by its key, and how many names of GME's list are no keys, so cannot be compared."""
    found: dict[str, File] = {}
    unmatched = 0
    for news in _from_events(events):
        _add(found, news)
    for task in tasks:
        for file in task.files or ():
            if (told := _from_task(task, file)) is None:
                unmatched += 1
            else:
                _add(found, told)
    for stored in objects:
        _add(found, _from_bucket(stored))
    return found, unmatched


def _add(found: dict[str, File], news: File) -> None:
    found[news.key] = found[news.key] | news if news.key in found else news


def _from_events(events: Iterable[Event]) -> Iterable[File]:
    for key, recorded in history(events).items():
        name = names.parse(key.file, key.room_id)
        sent = dict(recorded.heard)
        yield File(
            key=key.file,
            biz_id=key.biz_id,
            room_id=key.room_id,
            user_id=name.user_id if name else key.user_id,
            task_id=key.task_id,
            reached=recorded.status,
            began=_time(sent.get(Kind.STARTED)),
            ended=_time(sent.get(Kind.FINISHED)),
            heard=frozenset(sent),
        )


def _from_task(task: KnownTask, file: RecordFile) -> File | None:
    key = file.name
    name = names.parse(key, task.room_id or None)
    if name is None:
        return None
    status = file.status
    reached = _REACHED[RecordStatus(status)] if status in set(RecordStatus) else Kind.STARTED
    return File(
        key=key,
        biz_id=task.biz_id,
        room_id=name.room_id,
        user_id="" if file.user_id in _MIXED_USERS and name.mixed else file.user_id,
        task_id=task.task_id,
        reached=reached,
        recording=status == RecordStatus.RECORDING,
        began=_time(file.began or None),
    )


def _from_bucket(stored: Stored) -> File:
    recording = stored.recording
    return File(
        key=recording.key,
        biz_id=recording.biz_id,
        room_id=recording.room_id,
        user_id=recording.user_id,
        task_id=recording.task_id or "",
        stored=stored.object.modified,
    )


def _time(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
