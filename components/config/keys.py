"""How a field of `model` says where it comes from in a stack file, and what can be told from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from typing import Any, get_type_hints

from components.config.words import Reader


@dataclass(frozen=True, slots=True)
class Many:
    """A list of mappings, each read as `kind`."""

    kind: type[Any]


@dataclass(frozen=True, slots=True)
class Named:
    """A mapping of names to mappings, each read as `kind`."""

    kind: type[Any]


@dataclass(frozen=True, slots=True)
class Key:
    """Where a field comes from: its key in the file, and what reads it."""

    name: str
    read: Reader[object] | type[Any] | Many | Named
    """A reader of `words`, another dataclass of this module, or `Many` or `Named` of one."""


def plain(value: Any) -> Any:
    """The value as mappings, lists and scalars, empty parts left out: fit for Pulumi and for JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = {item.name: plain(getattr(value, item.name)) for item in fields(value)}
        return {name: part for name, part in parts.items() if part not in (None, "", (), {}, [])}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    return str(value) if isinstance(value, StrEnum) else value


def keys(kind: type[Any]) -> Iterator[tuple[str, Key]]:
    """The fields of a dataclass of this module that have a key in the stack file."""
    hints = get_type_hints(kind, include_extras=True)
    for item in fields(kind):
        for extra in getattr(hints[item.name], "__metadata__", ()):
            yield item.name, extra


def required(kind: type[Any]) -> frozenset[str]:
    """The fields of a dataclass that have no default."""
    without = (item.name for item in fields(kind) if item.default is item.default_factory is MISSING)
    return frozenset(without)
