"""What a recording's key in the bucket says (pure).

The vendor documents two shapes (607/53748) and shows a third in the callback's sample (607/53749):

    single    <bizid>_<roomid>_<userid>/<start>_<id>_audio.mp3
    mixed     <bizid>_<roomid>/<taskid>_<start>_<id>_audio.mp3
    callback  <bizid>_<roomid>_<userid>/<start>_<taskid>_audio.mp3

A file name of the API may begin with `/`; keys do not.

`<start>` is `YYYY-MM-DD-HH-MM-SS` in China's time, or Unix seconds. `/` may occur in room and user ids: the
last one begins the file's name. `_` may too, so a single stream's folder tells them apart only if the room or
the user is known: see `owners`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
LEAST_TASK_ID = 1_000_000
"""Segments count from 0, two hours each; anything so large is a task's id."""
ID = r"\d{1,20}"
MOST_ID = 2**64 - 1
"""The API's ids have 64 bits."""
_START = r"(?P<start>\d{4}(?:-\d\d){5}|\d{9,10})"
_KEY = re.compile(
    rf"(?P<biz>{ID})_(?P<owner>.+)/(?:(?P<task>{ID})_)?{_START}_(?P<id>{ID})_audio\.mp3",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One file: a segment of one stream."""

    key: str
    biz_id: int
    room_id: str
    user_id: str
    """Empty for the mixed stream of a room."""
    started: datetime
    """When the task began; UTC."""
    segment: int | None
    """Counts from 0; None in the shape that names the task instead."""
    task_id: str | None
    """None for the documented single-stream shape."""

    @property
    def mixed(self) -> bool:
        return not self.user_id


def parse(key: str, room_id: str | None = None) -> Recording | None:
    """Return what a key says, or None if it is not a recording's (of that room, if one is given).

    Without `room_id` the last `_` of a single stream's folder is taken for the separator: right as long as
    user ids have none, which holds for the vendor's default (whole numbers).
    """
    match = _KEY.fullmatch(key)
    if match is None or (started := _parse_start(match["start"])) is None:
        return None
    if max(int(match[name] or 0) for name in ("biz", "task", "id")) > MOST_ID:
        return None
    mixed = match["task"] is not None
    owner = match["owner"]
    if mixed:
        room, user = owner, ""
    elif room_id is None:
        room, _, user = owner.rpartition("_")
    else:
        room, user = owner[: len(room_id)], owner[len(room_id) + 1 :]
        if owner[: len(room_id) + 1] != f"{room_id}_":
            return None
    if not room or (room_id is not None and room != room_id) or mixed == bool(user):
        return None
    names_task = not mixed and int(match["id"]) >= LEAST_TASK_ID
    return Recording(
        key=key,
        biz_id=int(match["biz"]),
        room_id=room,
        user_id=user,
        started=started,
        segment=None if names_task else int(match["id"]),
        task_id=match["task"] or (match["id"] if names_task else None),
    )


def readings(key: str) -> tuple[Recording, ...]:
    """Return everything that a key could mean, the likeliest first; nothing if it is no recording's.

    Each `_` of a single stream's folder could separate room and user.
    """
    match = _KEY.fullmatch(key)
    if match is None or match["task"] is not None:
        mixed = parse(key)
        return () if mixed is None else (mixed,)
    owner = match["owner"]
    rooms = (owner[:place] for place in range(len(owner) - 1, 0, -1) if owner[place] == "_")
    return tuple(reading for room in rooms if (reading := parse(key, room)) is not None)


def folders(biz_id: int, room_id: str) -> tuple[str, str]:
    """Return what a room's keys begin with: its mixed stream's, its single streams'.

    The second one is also the beginning of another room's keys if that room's id goes on with `_`.
    """
    return f"{biz_id}_{room_id}/", f"{biz_id}_{room_id}_"


def is_below(key: str, biz_id: int, user_id: str) -> bool:
    """Tell whether a key is in the folder of a user's single streams, or in one below, whatever the room."""
    ends = (place for place, letter in enumerate(key) if letter == "/")
    shortest = len(f"{biz_id}_r_{user_id}")
    return key.startswith(f"{biz_id}_") and any(
        end >= shortest and key.endswith(f"_{user_id}", 0, end) for end in ends
    )


def _parse_start(text: str) -> datetime | None:
    if "-" not in text:
        return datetime.fromtimestamp(int(text), UTC)
    try:
        return datetime.strptime(text, "%Y-%m-%d-%H-%M-%S").replace(tzinfo=CHINA).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
