"""What happens to a room's recording, as it happens, and the restart before a limit ends it.

The limits are the vendor's: a file is split after two hours; a task in which nobody is left waits for twelve
(607/53748); a task ends 24 hours after its start (87647, mainland site; the international one is silent).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from gme_recording.api import tasks
from gme_recording.api.errors import UNREACHED, ApiError, RoomNotFound, TaskNotFound, Throttled
from gme_recording.api.gme import RecordStatus
from gme_recording.api.retry import PERHAPS_DONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gme_recording.api.gme import Gme, RecordFile, Task
    from gme_recording.api.tasks import Choice

SPLIT = timedelta(hours=2)
HOLD = timedelta(hours=12)
DAY = timedelta(hours=24)
EARLY = timedelta(minutes=10)
"""So long before a limit a kept task is started anew: time enough for a second attempt."""


class Kind(StrEnum):
    """What happened."""

    RECORDING = "recording"
    """A task records the room."""
    FILE = "file"
    """A file is new, or has come further."""
    SILENT = "silent"
    """Nothing is on air; `until` is when the task gives up."""
    ON_AIR = "on-air"
    """Something is on air again."""
    RENEWED = "renewed"
    """The task was stopped before its limit, and another one started."""
    WAITING = "waiting"
    """The room has to be made by a player before it can be recorded again."""
    ENDED = "ended"
    LATE = "late"
    """A file is still not in the bucket; nothing further is waited for."""
    TROUBLE = "trouble"
    """A request failed; it is made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    at: datetime
    """UTC, by the clock of the cloud."""
    kind: Kind
    task_id: str
    room_id: str
    user_id: str = ""
    name: str = ""
    """The file's key."""
    status: int = 0
    """Of the file, see RecordStatus."""
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How time passes; another one in tests."""

    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    every: float = 2.0
    """Seconds between two looks."""
    patience: timedelta = timedelta(minutes=30)
    """How long after the end a file may take to the bucket."""


class Watch:
    """One room's recording. `late` tells after the last event whether a file was given up."""

    def __init__(
        self,
        gme: Gme,
        biz_id: int,
        room_id: str,
        pace: Pace,
        *,
        task_id: str = "",
        keep: Choice | None = None,
    ) -> None:
        """Watch whatever records the room, or one task only.

        With `keep` the room is recorded for as long as anybody watches: a task is renewed before its limits,
        and started where there is none, as `keep` says or as the last one was.
        """
        self._gme = gme
        self._biz_id = biz_id
        self._room_id = room_id
        self._pace = pace
        self._only = task_id
        self._keep = keep
        self._task: Task | None = None
        self._since = self._changed = pace.now()
        self._on_air = True
        self._waiting = False
        self._trouble = ""
        self._statuses: dict[tuple[str, str], int] = {}
        self._open = {task_id: self._since} if task_id else {}
        """Tasks whose files are not all in the bucket, and since when nothing is added, as far as known."""
        self.late = False

    def events(self) -> Iterator[Event]:
        """Yield what happens, until the task has ended and its files are in the bucket. Raises ApiError.

        A request that failed for reasons that pass is told as trouble, and made again.
        """
        while True:
            try:
                yield from self._look()
                self._trouble = ""
            except ApiError as error:
                if error.code not in PERHAPS_DONE | {UNREACHED} and not isinstance(error, Throttled):
                    raise
                if error.message.partition("(")[0] != self._trouble:
                    self._trouble = error.message.partition("(")[0]
                    yield self._event(Kind.TROUBLE, note=error.message)
            yield from self._given_up()
            if self._keep is None and self._task is None and not self._open:
                return
            self._pace.sleep(self._pace.every)

    def _look(self) -> Iterator[Event]:
        found = self._gme.find_task(self._biz_id, self._room_id)
        if found is not None and self._only not in {"", found.task_id}:
            found = None
        if found is not None and (self._task is None or found.task_id != self._task.task_id):
            yield self._begun(found)
        elif found is None and self._task is not None:
            yield self._event(Kind.ENDED)
            self._ended(self._task)
        if self._keep is not None and self._task is None:
            yield from self._start()
        yield from self._files()
        if self._keep is not None and self._task is not None and self._pace.now() >= self._limit() - EARLY:
            yield from self._renew()

    def _begun(self, task: Task, kind: Kind = Kind.RECORDING, note: str = "") -> Event:
        self._task, self._waiting = task, False
        self._only = "" if self._keep is not None else self._only
        self._since = self._changed = self._pace.now()
        self._on_air = True
        self._open[task.task_id] = self._since
        return self._event(kind, note=note)

    def _ended(self, task: Task) -> None:
        self._task, self._changed = None, self._pace.now()
        self._open[task.task_id] = self._changed

    def _start(self) -> Iterator[Event]:
        assert self._keep is not None
        try:
            started = tasks.start(self._gme, self._biz_id, self._room_id, self._keep, reuse=True)
        except RoomNotFound:
            if not self._waiting:
                self._waiting = True
                yield self._event(Kind.WAITING)
            return
        yield self._begun(started.task)

    def _renew(self) -> Iterator[Event]:
        """Stop and start; where the room is empty by now, it is recorded when somebody enters."""
        assert self._task is not None
        old, self._keep = self._task, tasks.Choice.of(self._task)
        tasks.end(self._gme, self._biz_id, old.task_id)
        self._ended(old)
        for event in self._start():
            renewed = event.kind is Kind.RECORDING
            yield self._event(Kind.RENEWED, note=f"was task {old.task_id}") if renewed else event

    def _files(self) -> Iterator[Event]:
        on_air = False
        for task_id in sorted(self._open):
            current = self._is_current(task_id)
            try:
                files = self._gme.record_files(self._biz_id, task_id)
            except TaskNotFound:  # how long it is remembered after its end is not documented
                if not current:
                    self._forget(task_id)
                continue
            yield from self._news(task_id, files)
            if current:
                on_air = any(file.status == RecordStatus.RECORDING for file in files)
                began = [datetime.fromtimestamp(file.began, UTC) for file in files if file.began]
                self._since = min([self._since, *began])
            elif all(file.status >= RecordStatus.UPLOADED for file in files):
                self._forget(task_id)
        if self._task is not None and on_air != self._on_air:
            self._on_air, self._changed = on_air, self._pace.now()
            yield self._event(Kind.ON_AIR if on_air else Kind.SILENT)

    def _given_up(self) -> Iterator[Event]:
        """Wait no longer for the files of tasks that ended long ago."""
        for task_id, since in sorted(self._open.items()):
            if not self._is_current(task_id) and self._pace.now() - since > self._pace.patience:
                self.late = True
                self._forget(task_id)
                yield self._event(Kind.LATE, note=f"task {task_id}")

    def _is_current(self, task_id: str) -> bool:
        return self._task is not None and task_id == self._task.task_id

    def _forget(self, task_id: str) -> None:
        del self._open[task_id]
        self._statuses = {about: status for about, status in self._statuses.items() if about[0] != task_id}

    def _news(self, task_id: str, files: tuple[RecordFile, ...]) -> Iterator[Event]:
        for file in files:
            if self._statuses.get((task_id, file.name)) != file.status:
                self._statuses[task_id, file.name] = file.status
                yield Event(
                    at=self._pace.now(),
                    kind=Kind.FILE,
                    task_id=task_id,
                    room_id=self._room_id,
                    user_id=file.user_id,
                    name=file.name,
                    status=file.status,
                )

    def _limit(self) -> datetime:
        """When the task ends by itself, if nothing changes."""
        day = self._since + DAY
        return day if self._on_air else min(day, self._changed + HOLD)

    def _event(self, kind: Kind, note: str = "") -> Event:
        return Event(
            at=self._pace.now(),
            kind=kind,
            task_id=self._task.task_id if self._task is not None else "",
            room_id=self._room_id,
            until=self._limit() if self._task is not None and kind is not Kind.ENDED else None,
            note=note,
        )
