"""Everything that was received, in SQLite: one row an event, which is also its place in the queue."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any

from gme_recording.callbacks.event import Event
from gme_recording.callbacks.migrations import VERSIONS, migrate
from gme_recording.errors import ExitCode, UserError

BUSY_SECONDS = 5.0
"""How long a statement waits for another process that writes."""


class State(StrEnum):
    """How far an event is on its way to the sink."""

    KEPT = "kept"
    """There was no sink when it came."""
    QUEUED = "queued"
    DONE = "done"
    DEAD = "dead"
    """Every attempt failed; `callbacks replay` queues it again."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified callback: an event, or the reason why its body is none."""

    biz_id: int
    """The application whose key signed it."""
    body: bytes
    received: float
    """Unix seconds."""
    event: Event | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An event and what became of it."""

    event: Event
    body: bytes
    """As it was signed."""
    received: float
    """When it came first, Unix seconds."""
    receipts: int
    """How often it came."""
    state: State
    attempts: int = 0
    error: str = ""
    """What the last attempt ended with, where it failed."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events are meant; what is left out does not matter."""

    biz_id: int | None = None
    room_id: str | None = None
    task_id: str | None = None
    state: State | None = None
    since: float | None = None
    """First received at this time or later, Unix seconds."""
    until: float | None = None
    """First received before this time."""
    sent_since: float | None = None
    """Sent at this time or later by GME's clock, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How handing over one event went: `error` is empty if it got through."""

    event_id: str
    error: str = ""
    due: float | None = None
    """When to try again, Unix seconds; None for never."""


_PAGE = 1000
_POLL_SECONDS = 0.01
_EVENT = ", ".join(field.name for field in fields(Event))
_KEPT = f"{_EVENT}, body, received, receipts, state, attempts, error"
_ADD = f"""
INSERT INTO events (id, {_EVENT}, body, received, state, due)
VALUES (:id, {", ".join(f":{field.name}" for field in fields(Event))}, :body, :received, :state, :due)
ON CONFLICT (id) DO UPDATE SET receipts = receipts + 1
RETURNING receipts
"""  # noqa: S608 - column names alone
_EARLIER = """
UPDATE events SET sent = :sent, body = :body, room_id = :room_id, user_id = :user_id, mode = :mode
WHERE id = :id AND (:sent, :body) < (sent, body)
"""
_UNREADABLE = """
INSERT INTO unreadable (digest, biz_id, body, problem, received) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (digest) DO UPDATE SET receipts = receipts + 1, problem = excluded.problem
RETURNING receipts
"""
_CONDITIONS = {
    "biz_id": "biz_id = ?",
    "room_id": "room_id = ?",
    "task_id": "task_id = ?",
    "state": "state = ?",
    "since": "received >= ?",
    "until": "received < ?",
    "sent_since": "sent >= ?",
}


class Store:
    """The database. One object may be used by several threads, one file by several processes.

    What a method has returned is on disk, past the operating system's cache.
    """

    def __init__(self, path: Path) -> None:
        """Open or create; raises UserError for what is no such file, or is a newer one."""
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):  # it names players; SQLite would say 0644
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            self._db = sqlite3.connect(
                path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise unusable(path, error) from None
        try:
            _write_ahead(self._db)
            self._db.execute("PRAGMA synchronous = FULL")
            migrate(self._db, str(path))
        except sqlite3.Error as error:
            self._db.close()
            raise unusable(path, error) from None
        except UserError:
            self._db.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add(self, arrivals: Sequence[Arrival], *, queue: bool) -> list[bool]:
        """Keep arrivals, all or none; tell of each whether it is new. With `queue` it goes to the sink."""
        with self._transaction() as database:
            return [_add(database, arrival, queue=queue) for arrival in arrivals]

    def select(self, selection: Selection, limit: int = -1) -> list[Kept]:
        """Return events, the latest arrivals first."""
        condition, values = _where(selection)
        sql = f"SELECT {_KEPT} FROM events WHERE {condition} ORDER BY number DESC LIMIT ?"  # noqa: S608
        with self._lock:
            rows = self._db.execute(sql, [*values, limit]).fetchall()
        return [_kept(row) for row in rows]

    def events(self, selection: Selection) -> Iterator[Event]:
        """Yield events alone, the latest arrivals first, however many there are."""
        condition, values = _where(selection)
        sql = (
            f"SELECT number, {_EVENT} FROM events WHERE {condition} AND number < ? "  # noqa: S608
            f"ORDER BY number DESC LIMIT {_PAGE}"
        )
        last = 2**63 - 1
        while last:
            with self._lock:
                page = self._db.execute(sql, [*values, last]).fetchall()
            yield from (_event(row[1:]) for row in page)
            last = page[-1][0] if len(page) == _PAGE else 0

    def due(self, now: float, limit: int) -> list[Kept]:
        """Return queued events whose time has come, the longest due first."""
        sql = f"SELECT {_KEPT} FROM events WHERE due <= ? ORDER BY due, number LIMIT ?"  # noqa: S608
        with self._lock:
            rows = self._db.execute(sql, (now, limit)).fetchall()
        return [_kept(row) for row in rows]

    def settle(self, outcomes: Iterable[Settled]) -> None:
        """Note how attempts went."""
        with self._transaction() as database:
            database.executemany(
                "UPDATE events SET state = ?, attempts = attempts + 1, error = ?, due = ? WHERE id = ?",
                [(_state_after(one), one.error, one.due, one.event_id) for one in outcomes],
            )

    def queue(self, selection: Selection, now: float) -> int:
        """Queue the chosen events as if they were new, unless they are queued; return how many that were."""
        condition, values = _where(selection)
        sql = (
            f"UPDATE events SET state = 'queued', attempts = 0, error = '', due = ? "  # noqa: S608
            f"WHERE ({condition}) AND state <> 'queued'"
        )
        with self._transaction() as database:
            return database.execute(sql, [now, *values]).rowcount

    def unreadable(self) -> list[Arrival]:
        """Return what was signed and could not be read."""
        sql = "SELECT biz_id, body, received, problem FROM unreadable ORDER BY received"
        with self._lock:
            rows = self._db.execute(sql).fetchall()
        return [Arrival(biz_id, body, received, None, problem) for biz_id, body, received, problem in rows]

    def read_again(self, arrival: Arrival, *, queue: bool) -> None:
        """Keep an event that could not be read when it came."""
        with self._transaction() as database:
            database.execute("DELETE FROM unreadable WHERE digest = ?", (_digest(arrival.body),))
            _add(database, arrival, queue=queue)

    def forget(self, before: float) -> int:
        """Delete what was received before a time and is not queued; return how many events that were."""
        with self._transaction() as database:
            database.execute("DELETE FROM unreadable WHERE received < ?", (before,))
            sql = "DELETE FROM events WHERE received < ? AND state <> 'queued'"
            return database.execute(sql, (before,)).rowcount

    def counts(self) -> dict[str, int]:
        """Return how many events there are in each state, and how many bodies are unreadable."""
        with self._lock:
            found = dict(self._db.execute("SELECT state, count(*) FROM events GROUP BY state").fetchall())
            (unreadable,) = self._db.execute("SELECT count(*) FROM unreadable").fetchone()
        return {**{state.value: found.get(state.value, 0) for state in State}, "unreadable": unreadable}

    def check(self) -> None:
        """Raise sqlite3.Error unless the database can be written now: it writes its version, which it has."""
        with self._transaction() as database:
            database.execute(f"PRAGMA user_version = {len(VERSIONS)}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def _write_ahead(database: sqlite3.Connection) -> None:
    """Keep a write-ahead log; for others that begin to do so at this moment SQLite itself does not wait."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return


def _add(database: sqlite3.Connection, arrival: Arrival, *, queue: bool) -> bool:
    event = arrival.event
    if event is None:
        values = (
            _digest(arrival.body),
            arrival.biz_id,
            arrival.body,
            arrival.problem,
            arrival.received,
        )
        (receipts,) = database.execute(_UNREADABLE, values).fetchone()
        return bool(receipts == 1)
    row = {field.name: getattr(event, field.name) for field in fields(Event)}
    row |= {"id": event.id, "body": arrival.body, "received": arrival.received}
    row |= {"state": State.QUEUED if queue else State.KEPT, "due": arrival.received if queue else None}
    (receipts,) = database.execute(_ADD, row).fetchone()
    if receipts > 1:
        database.execute(_EARLIER, row)
    return bool(receipts == 1)


def _where(selection: Selection) -> tuple[str, list[object]]:
    """Return condition and values; `1` where everything is meant."""
    given = {name: value for name in _CONDITIONS if (value := getattr(selection, name)) is not None}
    return " AND ".join(_CONDITIONS[name] for name in given) or "1", list(given.values())


def _kept(row: tuple[Any, ...]) -> Kept:
    width = len(fields(Event))
    body, received, receipts, state, attempts, error = row[width:]
    return Kept(_event(row[:width]), body, received, receipts, State(state), attempts, error)


def _event(row: tuple[Any, ...]) -> Event:
    return Event(**dict(zip((field.name for field in fields(Event)), row, strict=True)))


def _state_after(outcome: Settled) -> State:
    if not outcome.error:
        return State.DONE
    return State.DEAD if outcome.due is None else State.QUEUED


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def unusable(path: Path, error: Exception) -> UserError:
    """Return what a person is told of a database that cannot be opened."""
    return UserError(
        f"{path} cannot be used as the receiver's database: {error}",
        hint="name another file with --store or GME_CALLBACK_STORE",
        exit_code=ExitCode.UNAVAILABLE,
    )
