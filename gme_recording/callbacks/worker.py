"""What happens beside the requests: events are handed to the sink, and what is old is forgotten."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gme_recording.callbacks.store import Kept, Settled

if TYPE_CHECKING:
    from gme_recording.callbacks.sink import Sink
    from gme_recording.callbacks.store import Store

PAUSES = (1.0, 5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0)
"""Seconds before the second and each further attempt; the dead letters come after about seven hours."""
BATCH = 100
"""Events between two notes in the database: as many may be handed over twice after a crash."""
BATCH_SECONDS = 1.0
IDLE_SECONDS = 1.0
"""How often a queue that another process may fill is looked at."""
FORGET_EVERY_SECONDS = 3_600.0
DAY_SECONDS = 86_400.0

log = logging.getLogger(__name__)


class Worker:
    """A thread from `start` to `stop`; what it has begun it finishes."""

    def __init__(
        self,
        store: Store,
        sink: Sink | None,
        *,
        keep_days: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Without a sink events are only kept. What waits for nothing is forgotten after `keep_days`."""
        self._store = store
        self._sink = sink
        self._keep_seconds = keep_days * DAY_SECONDS
        self._clock = clock
        self._forget_at = 0.0
        self._stopping = threading.Event()
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._run, name="callback-worker", daemon=True)

    @property
    def has_sink(self) -> bool:
        return self._sink is not None

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do."""
        self._news.set()

    def stop(self) -> None:
        """End after the event that is being handed over; the others stay in the queue."""
        self._stopping.set()
        self._news.set()
        self._thread.join()

    def work(self) -> int:
        """Hand over what is due, at most one batch, and return how many events were tried."""
        if self._sink is None:
            return 0
        settled: list[Settled] = []
        try:
            settled.extend(self._hand_over(self._sink))
        finally:
            self._store.settle(settled)
        return len(settled)

    def forget(self) -> None:
        """Delete what is old, at most once an hour."""
        now = self._clock()
        if now >= self._forget_at:
            self._forget_at = now + FORGET_EVERY_SECONDS
            if count := self._store.forget(now - self._keep_seconds):
                log.info("forgot %d events", count)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                busy = self.work()
                self.forget()
            except sqlite3.Error as error:
                log.error("the database cannot be used: %s", error)  # noqa: TRY400 - nothing more to see
                busy = 0
            if not busy:
                self._news.wait(IDLE_SECONDS)

    def _hand_over(self, sink: Sink) -> Iterator[Settled]:
        began = time.monotonic()
        for kept in self._store.due(self._clock(), BATCH):
            yield self._attempt(sink, kept)
            if self._stopping.is_set() or time.monotonic() - began > BATCH_SECONDS:
                return

    def _attempt(self, sink: Sink, kept: Kept) -> Settled:
        try:
            sink(kept.event)
        except Exception as error:  # noqa: BLE001 - whatever it is, the event is not lost
            problem = str(error) or type(error).__name__
            due = self._clock() + PAUSES[kept.attempts] if kept.attempts < len(PAUSES) else None
            log.warning("not handed on (attempt %d): %s", kept.attempts + 1, problem)
            return Settled(kept.event.id, problem, due)
        return Settled(kept.event.id)
