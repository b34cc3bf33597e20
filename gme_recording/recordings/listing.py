"""Which recordings are in a bucket: one page in memory, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gme_recording.api.objects import Object
from gme_recording.recordings.names import Recording, folders
from gme_recording.recordings.owners import Known, Owned, Owners


class Pages(Protocol):
    """What can be listed; `gme_recording.api.objects.Objects` can."""

    def current(self, bucket: str, prefix: str) -> Iterator[Object]:
        """Yield objects in the order of their keys."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which recordings are meant; what is left out does not matter."""

    biz_id: int
    room_id: str | None = None
    user_id: str | None = None
    task_id: str | None = None
    task_keys: frozenset[str] = frozenset()
    """Keys that GME says are the task's: a single stream's key does not name it."""
    mixed: bool | None = None
    """True for mixed streams alone, False for single streams alone."""
    since: datetime | None = None
    """Recordings that ended then or later, as far as a bucket tells: that arrived then or later."""
    until: datetime | None = None
    """Recordings that began before, as far as a key tells: whose task did."""

    def prefixes(self) -> tuple[str, ...]:
        """Return what the keys begin with, in the order of keys."""
        if self.room_id is None:
            return (f"{self.biz_id}_",)
        mixed, single = folders(self.biz_id, self.room_id)
        chosen = () if self.mixed is False or self.user_id is not None else (mixed,)
        if self.mixed:
            return chosen
        return (*chosen, single if self.user_id is None else f"{single}{self.user_id}/")

    def fits(self, found: Owned) -> bool:
        """Tell whether a key is meant, by any of its readings."""
        return any(self._means(reading) for reading in found.readings)

    def covers(self, item: Object, recording: Recording) -> bool:
        """Tell whether the times fit."""
        return self.arrived(item) and (self.until is None or recording.started < self.until)

    def arrived(self, item: Object) -> bool:
        """Tell whether an object is not too old."""
        return self.since is None or item.modified >= self.since

    def _means(self, reading: Recording) -> bool:
        task = self.task_id
        return (
            self.room_id in {None, reading.room_id}
            and self.user_id in {None, reading.user_id}
            and self.mixed in {None, reading.mixed}
            and (task in {None, reading.task_id} or reading.key in self.task_keys)
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A recording in the bucket."""

    object: Object
    owned: Owned

    @property
    def recording(self) -> Recording:
        return self.owned.recording


def find(
    pages: Pages,
    bucket: str,
    wanted: Wanted,
    known: Known,
    strange: Callable[[Object], None] = lambda _: None,
) -> Iterator[Stored]:
    """Yield recordings in the order of their keys; `strange` is told of objects that are none."""
    owners = Owners(known)
    for prefix in wanted.prefixes():
        for item in pages.current(bucket, prefix):
            owned = owners.read(item.key)
            if owned is None:
                if wanted.arrived(item):
                    strange(item)
            elif wanted.fits(owned) and wanted.covers(item, owned.recording):
                yield Stored(item, owned)
