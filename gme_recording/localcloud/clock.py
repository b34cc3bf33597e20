"""Virtual time, and what is to happen at a time.

Time runs with the machine's until someone advances it; the distance is kept with the state. Delayed effects are rows
(`Due`), so they survive a kill and follow the virtual clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.store import Store

JobFunction = Callable[["Call", str], None]
JOBS: dict[str, JobFunction] = {}
_SEQUENCE = count()


@dataclass(frozen=True, slots=True)
class Offset(Record):
    """How far virtual time is ahead of the machine's."""

    KEY = ("name",)
    seconds: float
    name: str = "offset"


@dataclass(frozen=True, slots=True)
class Due(Record):
    """Run job `job` for `key` at `at`."""

    KEY = ("at", "due_id")
    at: datetime
    due_id: str
    """Sorts effects of one moment in the order in which they were scheduled."""
    job: str
    key: str


RECORDS = (Offset, Due)


class Clock:
    def __init__(self, store: Store, real: Callable[[], float] = time.time) -> None:
        self._store = store
        self._real = real
        self.read()

    def read(self) -> None:
        """Take the distance from the store."""
        kept = self._store.find(Offset)
        self._offset = kept.seconds if kept else 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._real() + self._offset, UTC)

    def advance(self, by: timedelta) -> None:
        """Move time forward. Whoever calls it runs what has become due (`Cloud.run_due`)."""
        if by < timedelta(0):
            raise ValueError("time only moves forward")
        self._offset += by.total_seconds()
        self._store.put(Offset(self._offset))


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register `(call, key) -> None` as what happens when a `Due` of this name comes."""

    def register(function: JobFunction) -> JobFunction:
        assert name not in JOBS, f"two jobs called {name}"
        JOBS[name] = function
        return function

    return register


def schedule(store: Store, at: datetime, name: str, key: str) -> None:
    assert name in JOBS, f"no job called {name}"
    store.add(Due(at, f"{time.time_ns():020d}-{next(_SEQUENCE):09d}", name, key))


def next_due(store: Store) -> Due | None:
    found = store.query(Due, "1 ORDER BY at, due_id LIMIT 1")
    return found[0] if found else None
