"""The tables of the receiver's database, by version; a file of a newer version is refused."""

from __future__ import annotations

import sqlite3

from gme_recording.errors import ExitCode, UserError

VERSIONS = (
    """
    CREATE TABLE events (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        biz_id INTEGER NOT NULL,
        task_id TEXT NOT NULL,
        kind INTEGER NOT NULL,
        file TEXT NOT NULL,
        segment INTEGER NOT NULL,
        room_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        mode INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        body BLOB NOT NULL,
        received REAL NOT NULL,
        receipts INTEGER NOT NULL DEFAULT 1,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due REAL,
        error TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX events_due ON events (due) WHERE due IS NOT NULL;
    CREATE INDEX events_received ON events (received);
    CREATE INDEX events_room ON events (biz_id, room_id);
    CREATE INDEX events_task ON events (task_id);
    CREATE INDEX events_state ON events (state);
    CREATE TABLE unreadable (
        digest TEXT PRIMARY KEY,
        biz_id INTEGER NOT NULL,
        body BLOB NOT NULL,
        problem TEXT NOT NULL,
        received REAL NOT NULL,
        receipts INTEGER NOT NULL DEFAULT 1
    );
    """,
)
"""The n-th entry leads from version n to n + 1. Entries are never changed, only added."""


def migrate(database: sqlite3.Connection, path: str) -> None:
    """Bring the tables to this program's version, all or nothing, by whichever process comes first."""
    if _version(database) == len(VERSIONS):
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        _step_up(database, path)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _step_up(database: sqlite3.Connection, path: str) -> None:
    version = _version(database)
    if version > len(VERSIONS):
        raise UserError(
            f"{path} was written by a newer gme-recording (version {version}, known are {len(VERSIONS)})",
            hint="use that version, or another file",
            exit_code=ExitCode.INPUT,
        )
    for script in VERSIONS[version:]:
        for statement in script.split(";"):
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {len(VERSIONS)}")


def _version(database: sqlite3.Connection) -> int:
    (version,) = database.execute("PRAGMA user_version").fetchone()
    return int(version)
