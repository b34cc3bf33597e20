"""Virtual time, and what is to happen at a time.

Time runs with the machine's until someone advances it; the distance is kept with the state. Delayed
effects are rows (`Due`), so they survive a kill and follow the virtual clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.store import Store

JobFunction = Callable[["Call", str], None]
JOBS: dict[str, JobFunction] = {}
CHINA = timezone(timedelta(hours=8))
"""The vendor's own time: recordings are named in it, lifecycle rules look at its midnight."""
FURTHEST = timedelta(days=100 * 366)
"""How far virtual time may be ahead of the machine's, so that whatever is planned there has a date."""
_SEQUENCE = count()


@dataclass(frozen=True, slots=True)
class Offset(Record):
    """How far virtual time has been ahead of the machine's since it was last advanced."""

    KEY = ("since",)
    since: datetime
    """By the machine's clock."""
    seconds: float


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
        self._offsets = self._store.select(Offset)

    def now(self) -> datetime:
        """Virtual time."""
        return self.machine_now() + self._offset_at(None)

    def machine_now(self) -> datetime:
        return datetime.fromtimestamp(self._real(), UTC)

    def advance(self, by: timedelta) -> None:
        """Move time forward. Whoever calls it runs what has become due (`Cloud.run_due`).

        Raises ValueError for a time that is past, or further ahead than `FURTHEST`.
        """
        if by < timedelta(0):
            raise ValueError("time only moves forward")
        ahead = self._offset_at(None) + by
        if ahead > FURTHEST:
            raise ValueError(f"time moves at most {FURTHEST.days} days ahead of the machine's")
        self._store.put(Offset(self.machine_now(), ahead.total_seconds()))
        self.read()

    def elapsed_since(self, machine_time: datetime) -> timedelta:
        """Virtual time that has passed since the machine's clock showed that; a client knows no other clock.

        Clients count in whole seconds: what they date in the second of an advance counts as before it.
        """
        return self.now() - (machine_time + self._offset_at(machine_time))

    def _offset_at(self, machine_time: datetime | None) -> timedelta:
        past = [o for o in self._offsets if machine_time is None or o.since <= machine_time]
        return timedelta(seconds=past[-1].seconds) if past else timedelta(0)


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register `(call, key) -> None` as what happens when a `Due` of this name comes."""

    def register(function: JobFunction) -> JobFunction:
        assert name not in JOBS, f"two jobs called {name}"
        JOBS[name] = function
        return function

    return register


def schedule(store: Store, at: datetime, name: str, key: str) -> None:
    store.add(Due(at, f"{time.time_ns():020d}-{next(_SEQUENCE):09d}", name, key))


def next_due(store: Store) -> Due | None:
    found = store.query(Due, "1 ORDER BY at, due_id LIMIT 1")
    return found[0] if found else None
