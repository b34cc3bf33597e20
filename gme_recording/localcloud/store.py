"""Frozen dataclasses in SQLite: one table a type, one transaction a request.

A record type names its primary key in `KEY = ("biz_id", "room_id")`. Columns are its fields;
a field that is no number, text, flag, bytes or time is kept as JSON.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, fields
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, ClassVar, TypeVar, cast, get_args, get_origin, get_type_hints


class Record:
    """Base of everything kept; a subclass is a frozen dataclass that names its key."""

    __slots__ = ()
    KEY: ClassVar[tuple[str, ...]]
    SINCE: ClassVar[str] = ""
    """The field that says since when the record is there; empty for what has no age and is always seen."""


R = TypeVar("R", bound=Record)
_INT64 = range(-(2**63), 2**63)
"""What a column of numbers can hold; callers may ask for more."""


FORMAT = 1
"""Number of the state's format. It grows when a change goes beyond new tables and columns with a default,
which an older state gets by itself.
"""


class IncompatibleState(Exception):
    """The state file was written by another version of the local cloud, or is in use."""


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    sql_type: str
    write: Callable[[Any], object]
    read: Callable[[Any], Any] | None
    """None where SQLite gives back what was written."""
    default: Callable[[], Any] | None = None
    """For records that were written before there was this column; None: there is no telling."""


@dataclass(frozen=True)
class Table:
    """Everything about one record type that does not change from query to query."""

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    make: Callable[..., Any]

    @cached_property
    def ddl(self) -> str:
        columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in self.columns.values())
        key = f"PRIMARY KEY ({_quoted(self.key)})"
        return f'CREATE TABLE IF NOT EXISTS "{self.name}" ({columns}, {key}) WITHOUT ROWID'

    def added_since(self, found: Mapping[str, str]) -> tuple[Column, ...]:
        """The columns that a table with `found`, types by name, does not have yet. Raises `ValueError` if the
        way from one to the other is not known.
        """
        kept = {name: column.sql_type for name, column in self.columns.items() if name in found}
        if kept != found:
            raise ValueError(f"{self.name} has other columns")
        added = tuple(column for name, column in self.columns.items() if name not in found)
        if unknown := [column.name for column in added if column.default is None]:
            raise ValueError(f"{self.name} lacks {unknown[0]}")
        return added

    @cached_property
    def reads(self) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
        """Columns whose values need a conversion."""
        return tuple((column.name, column.read) for column in self.columns.values() if column.read)

    @cached_property
    def selection(self) -> str:
        return f'SELECT {_quoted(self.columns)} FROM "{self.name}" WHERE '  # noqa: S608 - no outside text

    @cached_property
    def insertion(self) -> str:
        marks = ", ".join("?" * len(self.columns))
        return f'INTO "{self.name}" ({_quoted(self.columns)}) VALUES ({marks})'

    def record(self, row: Sequence[object]) -> Any:
        values = dict(zip(self.columns, row, strict=True))
        for name, read in self.reads:
            values[name] = read(values[name])
        return self.make(**values)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


@lru_cache(maxsize=256)
def _equality(names: tuple[str, ...], order: tuple[str, ...]) -> str:
    condition = " AND ".join(f'"{name}" IS ?' for name in names) or "1"
    return f"{condition} ORDER BY {_quoted(order)}"


class Store:
    """All state of one local cloud.

    `path` is a file, or ":memory:". Raises `IncompatibleState` for a file of another version or one that
    another process holds.
    """

    def __init__(self, path: Path | str, records: Iterable[type[Record]]) -> None:
        self._tables: dict[type, Table] = {record: _table(record) for record in records}
        self._db = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            self._open(str(path))
        except BaseException:
            self._db.close()
            raise

    def _open(self, path: str) -> None:
        try:
            self._db.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            (found,) = self._db.execute("PRAGMA user_version").fetchone()
            if found not in (0, FORMAT):
                raise ValueError(f"its format is {found}, this one's is {FORMAT}")
            with self.transaction():
                self._bring_up_to_date()
                self._db.execute(f"PRAGMA user_version={FORMAT}")
        except ValueError as error:
            raise IncompatibleState(
                f"{path} was written by another version of the local cloud ({error}); "
                f"use that one, or remove {path}* to begin anew"
            ) from error
        except sqlite3.DatabaseError as error:
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            problem = "another process uses it" if busy else error
            raise IncompatibleState(f"{path} cannot be opened: {problem}") from error

    def _bring_up_to_date(self) -> None:
        """Make the tables and columns that are missing. Raises ValueError for a state that is further on."""
        kept = self._db.execute("SELECT name, sql FROM sqlite_master WHERE type='table'").fetchall()
        ddl = dict(kept)
        if foreign := sorted(ddl.keys() - {table.name for table in self._tables.values()}):
            raise ValueError(f"{foreign[0]} is not known here")
        for table in self._tables.values():
            if table.name not in ddl:
                self._db.execute(table.ddl)
            elif ddl[table.name] != table.ddl:
                self._add_columns(table)

    def _add_columns(self, table: Table) -> None:
        rows = self._db.execute(f'PRAGMA table_info("{table.name}")').fetchall()
        if tuple(row[1] for row in sorted(rows, key=lambda row: row[5]) if row[5]) != table.key:
            raise ValueError(f"{table.name} has another key")
        for column in table.added_since({row[1]: row[2] + " NOT NULL" * row[3] for row in rows}):
            assert column.default, "added_since has looked"
            value = column.write(column.default())
            (literal,) = self._db.execute("SELECT quote(?)", [value]).fetchone()
            added = f'"{column.name}" {column.sql_type} DEFAULT {literal}'
            self._db.execute(f'ALTER TABLE "{table.name}" ADD COLUMN {added}')

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; what is inside is on disk when it ends. Entered again inside itself, it joins."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add(self, record: R) -> R:
        """Insert; a second record of the same key is a programming error (`sqlite3.IntegrityError`)."""
        return self._write("INSERT", record)

    def put(self, record: R) -> R:
        """Insert, or replace the record of the same key."""
        return self._write("INSERT OR REPLACE", record)

    def find(self, record: type[R], **where: object) -> R | None:
        """The only record with these field values, or None."""
        found = self.select(record, **where)
        assert len(found) <= 1, f"{record.__name__} is not unique by {sorted(where)}"
        return found[0] if found else None

    def select(self, record: type[R], **where: object) -> list[R]:
        """All records with these field values, in the order of their keys."""
        table = self._tables[record]
        values = [table.columns[name].write(value) for name, value in where.items()]
        if any(isinstance(value, int) and value not in _INT64 for value in values):
            return []
        return self.query(record, _equality(tuple(where), table.key), values)

    def query(self, record: type[R], clause: str, values: Sequence[object] = ()) -> list[R]:
        """Records by the text after WHERE; only a record's own module says such a thing."""
        table = self._tables[record]
        rows = self._db.execute(table.selection + clause, values).fetchall()
        return [table.record(row) for row in rows]

    def delete(self, record: Record) -> None:
        table = self._tables[type(record)]
        condition = " AND ".join(f'"{name}" IS ?' for name in table.key)
        values = [table.columns[name].write(getattr(record, name)) for name in table.key]
        self._db.execute(f'DELETE FROM "{table.name}" WHERE {condition}', values)  # noqa: S608

    def clear(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in self._tables.values():
                self._db.execute(f'DELETE FROM "{table.name}"')  # noqa: S608

    @property
    def changes(self) -> int:
        """Grows with every record that is written or deleted."""
        return self._db.total_changes

    def _write(self, verb: str, record: R) -> R:
        table = self._tables[type(record)]
        values = [column.write(getattr(record, name)) for name, column in table.columns.items()]
        self._db.execute(f"{verb} {table.insertion}", values)
        return record


class Hindsight(Store):
    """The same state for a reader who does not see yet what is younger than a moment."""

    def __init__(self, store: Store, moment: datetime) -> None:
        self._tables = store._tables  # noqa: SLF001 - the same class
        self._db = store._db  # noqa: SLF001
        self._moment = moment

    def query(self, record: type[R], clause: str, values: Sequence[object] = ()) -> list[R]:
        if not record.SINCE:
            return super().query(record, clause, values)
        table = self._tables[record]
        older = f'SELECT * FROM "{table.name}" WHERE coalesce("{record.SINCE}", 0) <= ?'  # noqa: S608
        found = f"SELECT {_quoted(table.columns)} FROM ({older}) WHERE {clause}"  # noqa: S608
        rows = self._db.execute(found, [self._moment.timestamp(), *values]).fetchall()
        return [table.record(row) for row in rows]


def _table(record: type[Record]) -> Table:
    hints = get_type_hints(record)
    columns = {field.name: _column(field, hints[field.name]) for field in fields(cast("Any", record))}
    assert not record.SINCE or record.SINCE in columns, f"{record.__name__} has no {record.SINCE}"
    name = f"{record.__module__.rpartition('services.')[2]}.{record.__name__}"
    return Table(name, columns, record.KEY, record)


def _column(field: Field[Any], hint: Any) -> Column:
    name = field.name
    default = None if field.default is MISSING else lambda: field.default
    if field.default_factory is not MISSING:
        default = field.default_factory
    inner = [arg for arg in get_args(hint) if arg is not NoneType]
    optional = get_origin(hint) is UnionType and len(inner) == 1
    sql_type, write, read = _conversion(inner[0] if optional else hint)
    if not optional:
        return Column(name, f"{sql_type} NOT NULL", write, read, default)
    return Column(name, sql_type, _or_none(write), _or_none(read) if read else None, default or _nothing)


def _nothing() -> None:
    return None


def _or_none(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else convert(value)


Conversion = tuple[str, Callable[[Any], object], Callable[[Any], Any] | None]


def _conversion(hint: Any) -> Conversion:
    if hint is bool:
        return "INTEGER", int, bool
    if hint is datetime:
        return "REAL", datetime.timestamp, lambda value: datetime.fromtimestamp(value, UTC)
    for plain, sql_type in ((int, "INTEGER"), (float, "REAL"), (str, "TEXT"), (bytes, "BLOB")):
        if hint is plain:
            return sql_type, plain, None
    if isinstance(hint, type) and issubclass(hint, StrEnum | IntEnum):
        return ("TEXT" if issubclass(hint, StrEnum) else "INTEGER"), lambda value: value.value, hint
    outer = get_origin(hint) or hint
    return (
        "TEXT",
        lambda value: json.dumps(value, separators=(",", ":")),
        lambda value: outer(json.loads(value)),
    )
