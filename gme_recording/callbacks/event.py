"""One callback as a value (607/53749): parsed once, whole, with every problem told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

GREATEST = 2**63 - 1
GREATEST_TASK_ID = 2**64 - 1
MIXED = 1
"""RecordMode of a room's mixed stream; 0 is a player's own (the API counts from 1)."""
LAST_SECOND = 253_402_300_799
"""End of the year 9999."""


class Kind(IntEnum):
    """What happened to a file, in the order of its life. Other numbers are kept as they are."""

    STARTED = 1
    FINISHED = 2
    UPLOADED = 3


class Identity(NamedTuple):
    """What makes two callbacks the same event; the vendor gives events no id."""

    biz_id: int
    task_id: str
    kind: int
    file: str
    segment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to one file of one task."""

    biz_id: int
    task_id: str
    """Text: it does not fit in a double."""
    kind: int
    """See Kind; other numbers are possible."""
    file: str
    """Key in the bucket."""
    segment: int
    """Counts from 0."""
    room_id: str
    user_id: str
    """What it holds for a mixed stream is not documented."""
    mode: int
    """As callbacks number it, see MIXED."""
    sent: int
    """Unix seconds; a repetition may have another one."""

    @property
    def identity(self) -> Identity:
        return Identity(self.biz_id, self.task_id, self.kind, self.file, self.segment)

    @property
    def id(self) -> str:
        """32 hexadecimal digits, the same for every repetition."""
        text = json.dumps(self.identity, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class Unreadable(ValueError):
    """A body that is no callback as the vendor describes it; `str()` names every problem."""


def parse(body: bytes) -> Event:
    """Read a callback's body, or raise Unreadable.

    Unknown fields and kinds are taken; numbers may be written as text. Leading slashes of a file name, which
    the API shows and callbacks do not, are dropped.
    """
    data = _object(body)
    detail = data.get("Detail")
    problems: list[str] = []
    if not isinstance(detail, dict):
        problems.append("Detail is not an object")
        detail = {}
    event = Event(
        biz_id=_number(data, "BizID", GREATEST, problems),
        task_id=str(_number(data, "TaskID", GREATEST_TASK_ID, problems)),
        kind=_number(data, "EventType", GREATEST, problems),
        file=_text(detail, "FileName", problems).lstrip("/"),
        segment=_number(detail, "SeqNo", GREATEST, problems),
        room_id=_text(data, "RoomID", problems),
        user_id=_text(data, "UserID", problems, default=""),
        mode=_number(data, "RecordMode", GREATEST, problems, default=0),
        sent=_number(data, "Timestamp", LAST_SECOND, problems),
    )
    if problems:
        raise Unreadable("; ".join(problems))
    return event


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("the body is not JSON in UTF-8") from None
    if not isinstance(data, dict):
        raise Unreadable("the body is not a JSON object")
    return data


def _number(
    data: Mapping[str, Any], name: str, greatest: int, problems: list[str], *, default: int | None = None
) -> int:
    value = data.get(name, default)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(greatest)):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= greatest:
        return value
    problems.append(f"{name} is missing" if value is None else f"{name} is not a whole number in range")
    return 0


def _text(data: Mapping[str, Any], name: str, problems: list[str], *, default: str | None = None) -> str:
    value = data.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= GREATEST:
        value = str(value)
    if isinstance(value, str) and (value or default is not None) and _encodes(value):
        return value
    problems.append(f"{name} is missing" if value is None else f"{name} is not text")
    return ""


def _encodes(text: str) -> bool:
    """JSON can write half of a surrogate pair, which no file or database takes."""
    return text.isprintable() or not any("\ud800" <= letter <= "\udfff" for letter in text)
