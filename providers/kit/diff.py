"""Diff: how declared inputs differ from a state, path by path; null, empty and unset are the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from providers.kit.property import WORDS, Many, One, Property, empty
from providers.kit.values import UNKNOWN, Values


class Verb(StrEnum):
    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    path: str
    verb: Verb
    replaces: bool = False

    @property
    def property(self) -> str:
        """The resource's own property that it lies in."""
        return self.path.partition(".")[0].partition("[")[0]


def diff(
    properties: tuple[Property, ...], state: Values, inputs: Values, ignored: frozenset[str] = frozenset()
) -> tuple[Change, ...]:
    """Return every difference between a state and declared inputs; `ignored` names properties."""
    return tuple(
        Change(path, verb, entry.replaces)
        for entry in properties
        if entry.input and entry.name not in ignored
        for path, verb in _property(entry, entry.name, state.get(entry.name), inputs.get(entry.name))
    )


def differs(entry: Property, old: Any, new: Any) -> bool:
    """Whether a declared value of a property differs from the one in a state."""
    return next(_property(entry, entry.name, old, new), None) is not None


_Found = Iterator[tuple[str, Verb]]


def _property(entry: Property, path: str, old: Any, new: Any) -> _Found:
    kind = entry.kind
    if new is UNKNOWN:
        yield path, Verb.ADD if old is None else Verb.UPDATE
    elif new is None and entry.computed:
        return
    elif kind is WORDS:
        yield from _words(path, old, new or {})
    elif isinstance(kind, Many):
        yield from _many(kind, path, old or [], new or [])
    elif isinstance(kind, One):
        yield from _one(kind, path, old, new)
    else:
        yield from _scalar(entry, path, old, new)


def _scalar(entry: Property, path: str, old: Any, new: Any) -> _Found:
    if entry.computed and new == "":
        return
    if new is None:
        if not empty(old):
            yield path, Verb.DELETE if entry.blank is None else Verb.UPDATE
    elif not entry.same(old, new):
        yield path, Verb.ADD if old is None else Verb.UPDATE


def _words(path: str, old: Values | None, new: Values) -> _Found:
    if old is None:
        if new:
            yield path, Verb.ADD
        return
    for key in sorted({*old, *new}):
        if key not in new:
            yield f"{path}.{key}", Verb.DELETE
        elif key not in old:
            yield f"{path}.{key}", Verb.ADD
        elif _text(old[key]) != _text(new[key]):
            yield f"{path}.{key}", Verb.UPDATE


def _one(kind: One, path: str, old: Any, new: Any) -> _Found:
    if old is None or new is None:
        if old is not new:
            yield path, Verb.ADD if old is None else Verb.DELETE
    else:
        yield from _object(kind.of, path, old, new)


def _object(properties: tuple[Property, ...], path: str, old: Values, new: Values) -> _Found:
    for entry in properties:
        if entry.input:
            here = f"{path}.{entry.name}"
            yield from _property(entry, here, old.get(entry.name), new.get(entry.name))


def _many(kind: Many, path: str, old: list[Any], new: list[Any]) -> _Found:
    if not kind.ordered and _members(old) == _members(new):
        return
    if not old or not new:
        if old or new:
            yield path, Verb.DELETE if old else Verb.ADD
    elif isinstance(kind.of, tuple) and not kind.ordered:
        yield path, Verb.UPDATE
    elif kind.ordered:
        yield from _items(kind, path, old, new)
    else:
        yield from _scalars_of_a_set(path, old, new)


def _items(kind: Many, path: str, old: list[Any], new: list[Any]) -> _Found:
    for index in range(max(len(old), len(new))):
        here = f"{path}[{index}]"
        if index >= len(new):
            yield here, Verb.DELETE
        elif index >= len(old):
            yield here, Verb.ADD
        elif isinstance(kind.of, tuple) and UNKNOWN not in (old[index], new[index]):
            yield from _object(kind.of, here, old[index], new[index])
        elif old[index] != new[index]:
            yield here, Verb.UPDATE


def _scalars_of_a_set(path: str, old: list[Any], new: list[Any]) -> _Found:
    """What has gone has its place in the old list, what has come has its place in the new one."""
    gone = {index for index, each in enumerate(old) if each not in new}
    come = {index for index, each in enumerate(new) if each not in old}
    for index in sorted(gone | come):
        verb = Verb.UPDATE if index in gone & come else Verb.ADD if index in come else Verb.DELETE
        yield f"{path}[{index}]", verb


def _members(values: list[Any]) -> list[str]:
    return sorted(repr(_member(value)) for value in values)


def _member(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((name, part) for name, part in value.items() if not _unset(name, part))
    return value


def _unset(name: str, part: Any) -> bool:
    return name.startswith("__") or part is None or part == "" or part is False


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
