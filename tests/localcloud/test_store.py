import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, make_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud import assemble, identity
from gme_recording.localcloud.store import IncompatibleState, Record, Store


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


@dataclass(frozen=True, slots=True)
class Thing(Record):
    KEY = ("name",)
    name: str
    count: int = 0
    ratio: float = 0.0
    on: bool = False
    colour: Colour = Colour.RED
    level: Level = Level.LOW
    data: bytes = b""
    at: datetime = datetime(2026, 1, 5, 8, tzinfo=UTC)
    until: datetime | None = None
    names: tuple[str, ...] = ()
    more: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Other(Record):
    KEY = ("first", "second")
    first: str
    second: int


RECORDS = (Thing, Other)


@pytest.fixture
def store():
    store = Store(":memory:", RECORDS)
    yield store
    store.close()


TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
THINGS = st.builds(
    Thing,
    name=TEXTS,
    count=st.integers(-(2**63), 2**63 - 1),
    ratio=st.floats(allow_nan=False),
    on=st.booleans(),
    colour=st.sampled_from(Colour),
    level=st.sampled_from(Level),
    data=st.binary(max_size=10),
    at=TIMES,
    until=st.none() | TIMES,
    names=st.lists(TEXTS, max_size=3).map(tuple),
    more=st.none() | st.dictionaries(TEXTS, st.integers(), max_size=2),
)


@given(THINGS)
def test_a_record_comes_back_as_it_was(thing):
    store = Store(":memory:", RECORDS)
    store.add(thing)
    assert store.find(Thing, name=thing.name) == thing
    store.close()


def test_put_replaces_and_add_does_not(store):
    store.add(Thing("a", 1))
    store.put(Thing("a", 2))
    assert store.select(Thing) == [Thing("a", 2)]
    with pytest.raises(sqlite3.IntegrityError):
        store.add(Thing("a", 3))


def test_records_are_found_by_any_field_in_the_order_of_their_keys(store):
    for thing in (Thing("b", 1), Thing("a", 1), Thing("c", 2, until=datetime(2026, 1, 1, tzinfo=UTC))):
        store.add(thing)
    assert [thing.name for thing in store.select(Thing, count=1)] == ["a", "b"]
    assert [thing.name for thing in store.select(Thing, until=None)] == ["a", "b"]
    assert store.find(Thing, count=3) is None


def test_a_number_beyond_64_bits_is_found_nowhere(store):
    assert store.find(Thing, count=2**64) is None


def test_delete_goes_by_key(store):
    store.add(Other("a", 1))
    store.add(Other("a", 2))
    store.delete(Other("a", 1))
    assert store.select(Other) == [Other("a", 2)]


def test_a_transaction_is_all_or_nothing(store):
    def fail() -> None:
        with store.transaction():
            store.add(Thing("a"))
            with store.transaction():
                store.add(Thing("b"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.select(Thing) == []


def test_clear_forgets_everything(store):
    store.add(Thing("a"))
    store.add(Other("a", 1))
    store.clear()
    assert (store.select(Thing), store.select(Other)) == ([], [])


def test_state_survives_a_restart(tmp_path):
    first = Store(tmp_path / "state", RECORDS)
    first.add(Thing("a"))
    first.close()
    second = Store(tmp_path / "state", RECORDS)
    assert second.select(Thing) == [Thing("a")]
    second.close()


def test_what_was_written_survives_a_kill(tmp_path):
    script = """
import os, sys
from pathlib import Path
from gme_recording.localcloud import identity
from gme_recording.localcloud.store import Store

store = Store(Path(sys.argv[1]), identity.RECORDS)
with store.transaction():
    store.add(identity.Account("1", "2"))
unfinished = store.transaction()
unfinished.__enter__()
store.add(identity.Account("3", "4"))
os.kill(os.getpid(), 9)
"""
    ended = subprocess.run([sys.executable, "-c", script, tmp_path / "state"], check=False)
    assert ended.returncode == -9
    store = Store(tmp_path / "state", identity.RECORDS)
    assert store.select(identity.Account) == [identity.Account("1", "2")]
    store.close()


def test_a_second_user_of_one_file_is_refused(tmp_path):
    store = Store(tmp_path / "state", RECORDS)
    with pytest.raises(IncompatibleState, match="another process uses it"):
        Store(tmp_path / "state", RECORDS)
    store.close()


def as_thing(fields: Sequence[Any], key: tuple[str, ...] = ("name",)) -> Any:
    """The record type `Thing` of another version."""
    made = make_dataclass("Thing", fields, bases=(Record,), namespace={"KEY": key}, frozen=True, slots=True)
    made.__module__ = __name__
    return made


def test_an_older_state_gets_new_tables_and_columns_by_itself(tmp_path):
    older = as_thing([("name", str), ("colour", Colour, Colour.RED)])
    store = Store(tmp_path / "state", (older,))
    store.add(older("a", Colour.BLUE))
    store.close()
    for _ in range(2):
        store = Store(tmp_path / "state", RECORDS)
        assert store.select(Thing)[0] == Thing("a", colour=Colour.BLUE)
        store.put(Thing("b", 2, names=("x",)))
        store.put(Other("a", 1))
        assert store.find(Thing, name="b") == Thing("b", 2, names=("x",))
        store.close()


@pytest.mark.parametrize(
    ("fields", "key", "problem"),
    [
        ([("name", str), ("colour", str), ("count", int, 0)], ("name",), "lacks colour"),
        ([("name", str)], ("name",), "other columns"),
        ([("name", str), ("count", str, "")], ("name",), "other columns"),
        ([("name", str), ("count", int, 0)], ("count",), "another key"),
    ],
)
def test_a_state_whose_way_here_is_not_known_is_refused_and_left_as_it_is(tmp_path, fields, key, problem):
    older = as_thing([("name", str), ("count", int, 0)])
    store = Store(tmp_path / "state", (older,))
    store.add(older("a", 1))
    store.close()
    with pytest.raises(IncompatibleState, match=problem):
        Store(tmp_path / "state", (as_thing(fields, key),))
    store = Store(tmp_path / "state", (older,))
    assert store.select(older) == [older("a", 1)]
    store.close()


def test_a_state_of_a_later_version_is_refused_and_left_as_it_is(tmp_path):
    Store(tmp_path / "state", RECORDS).close()
    with pytest.raises(IncompatibleState, match=r"another version.*Other is not known.*begin anew"):
        Store(tmp_path / "state", (Thing,))
    store = Store(tmp_path / "state", RECORDS)
    store._db.execute("PRAGMA user_version=2")
    store.close()
    with pytest.raises(IncompatibleState, match="its format is 2"):
        Store(tmp_path / "state", RECORDS)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "state").write_text("this is not a database, and long enough to be looked at")
    with pytest.raises(IncompatibleState, match="not a database"):
        Store(tmp_path / "state", RECORDS)


def test_everything_that_a_customer_makes_has_an_age_but_settings():
    ageless = {record.__name__ for record in assemble.RECORDS if not record.SINCE}
    assert ageless == {
        *("Account", "Configuration", "IdentityProvider", "Network", "Profile", "Tag"),
        *(
            "Attempt",
            "Callback",
            "Counter",
            "Deletion",
            "Due",
            "Fault",
            "Held",
            "Message",
            "Offset",
            "Planned",
        ),
    }


def test_an_age_that_is_no_field_is_a_mistake():
    own = {"KEY": ("name",), "SINCE": "born"}
    aged = make_dataclass("Aged", [("name", str)], bases=(Record,), namespace=own)
    with pytest.raises(AssertionError, match="Aged has no born"):
        Store(":memory:", (aged,))


def test_times_are_kept_to_the_microsecond(store):
    at = datetime(2026, 11, 22, 17, 42, 38, 123456, UTC)
    store.add(Thing("a", at=at))
    assert store.find(Thing, at=at) == Thing("a", at=at)
    assert store.find(Thing, name="a") == replace(Thing("a"), at=at)
    assert store.query(Thing, "at < ?", [(at + timedelta(microseconds=1)).timestamp()])
