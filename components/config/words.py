"""Values as people write them: "180 days", `custom`, `1400000001`. Each reader takes what the file holds.

A reader returns the value or raises `Unreadable`; what is wrong across several keys is `checks`' business.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
Value_co = TypeVar("Value_co", covariant=True)

FOREVER = "forever"

_DURATION = re.compile(r"(\d{1,9}) +([a-z]+)")
_DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_SECONDS = {"second": 1, "seconds": 1, "minute": 60, "minutes": 60, "hour": 3600, "hours": 3600}
_DATE_OF_THE_ENGINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [-+]\d{4} \S+")
"""What the engine makes of a date that a stack file does not have in quotes."""
_OF_NO_FIXED_LENGTH = {"month": 30, "months": 30, "year": 365, "years": 365}


class Unreadable(ValueError):
    """A value that is not taken: what is allowed instead, and what the writer probably meant."""

    def __init__(self, allowed: str, hint: str = "") -> None:
        super().__init__(allowed)
        self.allowed = allowed
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Reader(Generic[Value_co]):
    """Reads one value, or raises `Unreadable`."""

    read: Callable[[object], Value_co]
    schema: Mapping[str, Any]
    """The same rule as JSON Schema, as far as it can be said there; for editors."""

    def __call__(self, written: object) -> Value_co:
        return self.read(written)


def days(least: int, most: int) -> Reader[int]:
    """Reads "30 days" or "2 weeks" as days; COS counts days, so months and years are refused as ambiguous."""
    allowed = f'{least} to {most} days in words, such as "30 days" or "2 weeks"'

    def read(written: object) -> int:
        count, unit = _split(written, allowed, least_unit="days")
        if unit in _OF_NO_FIXED_LENGTH:
            meant = render_days(count * _OF_NO_FIXED_LENGTH[unit])
            raise Unreadable(allowed, f'months and years differ in length: write days, such as "{meant}"')
        return _within(least, most, count, _DAYS.get(unit), allowed)

    return Reader(read, _duration_schema(_DAYS))


def days_or_forever(least: int, most: int) -> Reader[int | None]:
    """As `days`; "forever" is read as None."""
    in_days = days(least, most)

    def read(written: object) -> int | None:
        if written == FOREVER:
            return None
        try:
            return in_days(written)
        except Unreadable as problem:
            raise Unreadable(f'{problem.allowed}, or "{FOREVER}"', problem.hint) from None

    return Reader(read, {"anyOf": [in_days.schema, {"const": FOREVER}]})


def seconds(least: int, most: int) -> Reader[int]:
    """Reads "90 seconds", "2 minutes" or "1 hour" as seconds."""
    allowed = f'{render_seconds(least)} to {render_seconds(most)} in words, such as "{render_seconds(most)}"'

    def read(written: object) -> int:
        count, unit = _split(written, allowed, least_unit="seconds")
        return _within(least, most, count, _SECONDS.get(unit), allowed)

    return Reader(read, _duration_schema(_SECONDS))


def render_days(count: int | None) -> str:
    """The words that `days_or_forever` reads as this number."""
    return FOREVER if count is None else f"{count} day" + ("s" if count != 1 else "")


def render_seconds(count: int) -> str:
    """The words that `seconds` reads as this number, in the largest unit that needs no fraction."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if count and count % size == 0:
            return f"{count // size} {unit}" + ("s" if count != size else "")
    return f"{count} second" + ("s" if count != 1 else "")


def text(pattern: str, allowed: str) -> Reader[str]:
    """Reads a text that matches `pattern` as a whole."""
    whole = re.compile(pattern)

    def read(written: object) -> str:
        if not isinstance(written, str):
            raise Unreadable(allowed, "put it in quotes" if isinstance(written, int | float) else "")
        if not whole.fullmatch(written):
            raise Unreadable(allowed, "put it in quotes" if _DATE_OF_THE_ENGINE.fullmatch(written) else "")
        return written

    return Reader(read, {"type": "string", "pattern": f"^(?:{pattern})$"})


def digits(count: int, allowed: str) -> Reader[str]:
    """Reads a number that is a name: the digits count, with or without quotes."""
    as_text = text(rf"[0-9]{{{count}}}", allowed)
    return Reader(
        lambda written: as_text(str(written) if type(written) is int else written),
        {**as_text.schema, "type": ["string", "integer"]},
    )


def whole(least: int, most: int) -> Reader[int]:
    """Reads a whole number. Pulumi hands numbers over as doubles, so 5.0 is 5."""
    allowed = f"a whole number from {least} to {most}"

    def read(written: object) -> int:
        if isinstance(written, float) and written.is_integer():
            written = int(written)
        if type(written) is not int or not least <= written <= most:
            raise Unreadable(allowed, "without quotes" if isinstance(written, str) else "")
        return written

    return Reader(read, {"type": "integer", "minimum": least, "maximum": most})


def _flag(written: object) -> bool:
    if not isinstance(written, bool):
        raise Unreadable("true or false")
    return written


flag = Reader(_flag, {"type": "boolean"})
"""Reads `true` or `false`."""


def one_of(choices: type[Choice]) -> Reader[Choice]:
    """Reads one word of an enumeration."""

    def read(written: object) -> Choice:
        try:
            return choices(str(written))
        except ValueError:
            raise Unreadable("one of " + ", ".join(choices)) from None

    return Reader(read, {"enum": [str(choice) for choice in choices]})


def several_of(choices: type[Choice]) -> Reader[tuple[Choice, ...]]:
    """Reads a list of words of an enumeration, each at most once."""
    single = one_of(choices)

    def read(written: object) -> tuple[Choice, ...]:
        allowed = "a list of " + ", ".join(choices) + ", each at most once"
        if not isinstance(written, list) or len(set(map(str, written))) != len(written):
            raise Unreadable(allowed)
        try:
            return tuple(single(word) for word in written)
        except Unreadable:
            raise Unreadable(allowed) from None

    return Reader(read, _list_schema(single.schema))


def several(single: Reader[str], what: str) -> Reader[tuple[str, ...]]:
    """Reads a list of texts, each at most once."""

    def read(written: object) -> tuple[str, ...]:
        allowed = f"a list of {what}, each at most once"
        if not isinstance(written, list) or len(set(map(str, written))) != len(written):
            raise Unreadable(allowed)
        try:
            return tuple(single(one) for one in written)
        except Unreadable as problem:
            raise Unreadable(f"{allowed}: {problem.allowed}", problem.hint) from None

    return Reader(read, _list_schema(single.schema))


def _network(written: object) -> str:
    allowed = "a network such as 203.0.113.0/24 or an address"
    try:
        return str(ipaddress.ip_network(str(written)))
    except ValueError as problem:
        raise Unreadable(allowed, str(problem)) from None


def networks() -> Reader[tuple[str, ...]]:
    """Reads a list of networks such as 203.0.113.0/24, or of addresses, as CIDRs."""
    return several(Reader(_network, {"type": "string"}), "networks")


def _texts(written: object) -> Mapping[str, str]:
    if isinstance(written, Mapping) and all(
        isinstance(part, str) and not _DATE_OF_THE_ENGINE.fullmatch(part)
        for pair in written.items()
        for part in pair
    ):
        return dict(written)
    raise Unreadable("a mapping of texts to texts", "put numbers, dates and true/false in quotes")


texts = Reader(_texts, {"type": "object", "additionalProperties": {"type": "string"}})
"""Reads a mapping of texts to texts."""


def _split(written: object, allowed: str, *, least_unit: str) -> tuple[int, str]:
    if type(written) is int or (isinstance(written, str) and written.strip().isdecimal()):
        raise Unreadable(allowed, f'say the unit, such as "{str(written).strip()} {least_unit}"')
    match = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if not match:
        raise Unreadable(allowed)
    return int(match[1]), match[2]


def _within(least: int, most: int, count: int, size: int | None, allowed: str) -> int:
    if size is None or not least <= count * size <= most:
        raise Unreadable(allowed)
    return count * size


def _duration_schema(units: Iterable[str]) -> Mapping[str, Any]:
    return {"type": "string", "pattern": f"^[0-9]{{1,9}} +({'|'.join(units)})$"}


def _list_schema(items: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": items, "uniqueItems": True}
