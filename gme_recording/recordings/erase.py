"""Erasing a user's recordings: what it would do, and doing it. Two functions, and a plan between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol

from gme_recording.api.cos import LifecycleRule
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Object, batches
from gme_recording.recordings import expiry, names
from gme_recording.recordings.erase_plan import ErasePlan, Item
from gme_recording.recordings.owners import Known, Owned, Owners

RECORDING, MIXED, MARKER, OTHER = "recording", "mixed", "delete marker", "other"
_NO_VERSION = frozenset({"", "null"})
"""Written before the bucket had versioning, if it has."""
SAME_TASK = "the user's own stream was recorded by the same task"
SAME_ROOM = "recorded in a room where the user was recorded at another time"
NAMED_ROOM = "recorded in a room that was named"
NOT_UNDERSTOOD = "not the key of a recording"
ALWAYS_OUT_OF_REACH = (
    "Rooms that were recorded only as a mixed stream: no key names who spoke. Name such rooms with --room.",
    "Files that someone has downloaded. Links that were given out lead nowhere once the object is erased.",
    "The receiver's database and whatever it forwards to: events name the user and are forgotten "
    "by `callbacks serve --keep-days`.",
)


class Versions(Protocol):
    """Where versions are listed and deleted; `gme_recording.api.objects.Objects` is one."""

    def versions(self, bucket: str, prefix: str) -> Iterator[Object]:
        """Yield every version and delete marker, in the order of keys."""
        ...

    def delete(self, bucket: str, batch: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Delete versions; return a code for each, empty where it is gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A bucket that holds recordings or copies of them."""

    region: str
    bucket: str
    objects: Versions
    rules: tuple[LifecycleRule, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.region}/{self.bucket}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Whose recordings, and what the one who asks knows."""

    stack: str
    biz_id: int
    user_id: str
    now: datetime
    rooms: frozenset[str] = frozenset()
    """Rooms that surely exist and that the user was in."""
    numeric_users: bool = False
    include_mixed: bool = False
    """Whether mixed streams go as a whole, with everybody's voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of one item."""

    item: Item
    code: str = ""
    """Empty if it is gone, else why it is not: COS's code."""


def plan(places: Iterable[Place], request: Request, notes: Iterable[str] = ()) -> ErasePlan:
    """Look through every version in every place; nothing is changed. Raises ApiError.

    Memory grows with what is the user's, not with the buckets.
    """
    erase: list[Item] = []
    mixed: list[Item] = []
    unclear: list[Item] = []
    searched, strange = [], []
    for place in places:
        searched.append(place.name)
        found = _single_streams(place, request)
        shared = list(_mixed_streams(place, request, [one for one in found.own if one.kind == RECORDING]))
        erase += found.own
        mixed += [item for item in shared if item.why != NOT_UNDERSTOOD]
        unclear += dict.fromkeys((*found.doubtful, *(one for one in shared if one.why == NOT_UNDERSTOOD)))
        strange += _told(place, found)
    if request.include_mixed:
        erase += [replace(item, why="") for item in mixed]
        mixed = []
    return ErasePlan(
        stack=request.stack,
        biz_id=request.biz_id,
        user_id=request.user_id,
        made=_text(request.now),
        buckets=tuple(searched),
        erase=tuple(erase),
        mixed=tuple(mixed),
        unclear=tuple(unclear),
        out_of_reach=(*notes, *strange, *ALWAYS_OUT_OF_REACH),
    )


def act(plan: ErasePlan, places: Iterable[Place]) -> Iterator[tuple[Done, ...]]:
    """Erase what the plan lists and nothing else; yield what became of it, batch by batch.

    What is gone already counts as erased, so a plan can be carried out again after an interruption.
    """
    at = {place.name: place for place in places}
    for name, items in groupby(sorted(plan.erase, key=_place_name), key=_place_name):
        for batch in batches(tuple(items)):
            yield _delete(at[name], batch) if name in at else _all(batch, "NoSuchPlace")


def _delete(place: Place, batch: Sequence[Item]) -> tuple[Done, ...]:
    try:
        codes = place.objects.delete(place.bucket, [(item.key, item.version_id) for item in batch])
    except ApiError as error:
        return _all(batch, error.code)
    return tuple(Done(item=item, code=code) for item, code in zip(batch, codes, strict=True))


def _all(batch: Sequence[Item], code: str) -> tuple[Done, ...]:
    return tuple(Done(item=item, code=code) for item in batch)


@dataclass(slots=True)
class _Found:
    """What reading through an application's keys finds."""

    own: list[Item] = field(default_factory=list)
    doubtful: list[Item] = field(default_factory=list)
    """May be the user's or another's, or are no recordings and in the user's folder."""
    strange: int = 0
    """No recordings, and not in the user's folder."""
    example: str = ""
    """The first of their keys."""


def _single_streams(place: Place, request: Request) -> _Found:
    owners = Owners(Known(rooms=request.rooms, numeric_users=request.numeric_users))
    found = _Found()
    for item, superseded in _with_ends(place.objects.versions(place.bucket, f"{request.biz_id}_")):
        owned = owners.read(item.key)
        if owned is None:
            if names.is_below(item.key, request.biz_id, request.user_id):
                found.doubtful.append(_item(place, item, superseded, kind=OTHER, why=NOT_UNDERSTOOD))
            else:
                found.strange += 1
                found.example = found.example or item.key
        elif not owned.recording.mixed and (doubt := _doubt(owned, request.user_id)) is not None:
            (found.doubtful if doubt else found.own).append(_item(place, item, superseded, why=doubt))
    return found


def _doubt(owned: Owned, user_id: str) -> str | None:
    """Whose a single stream could be; empty if it is surely the user's, None if it surely is not."""
    if owned.sure and owned.recording.user_id == user_id:
        return ""
    below = any(one.user_id.startswith(f"{user_id}/") for one in owned.readings)
    could = [*owned.readings, *(one for one in owned.outweighed if one.user_id == user_id)]
    if not below and all(one.user_id != user_id for one in could):
        return None
    whose = [f"user {one.user_id} in room {one.room_id}" for one in could]
    return " or ".join([*whose, *([f"something in a folder of user {user_id}"] if below else [])]) + "?"


def _told(place: Place, found: _Found) -> list[str]:
    if not found.strange:
        return []
    return [
        f"{found.strange} objects in {place.bucket} that are {NOT_UNDERSTOOD}, such as {found.example}: "
        "look whether the user is in them."
    ]


def _mixed_streams(place: Place, request: Request, own: Iterable[Item]) -> Iterator[Item]:
    """Mixed streams of the rooms where the user was recorded, or was by what the request says, and what lies
    beside them.
    """
    owners = Owners(Known(rooms=request.rooms, numeric_users=request.numeric_users))
    found = [owned.recording for owned in owners.read_all(item.key for item in own)]
    tasks = {(one.room_id, one.started) for one in found}
    met = {one.room_id for one in found}
    for room in sorted(met | request.rooms):
        prefix, _ = names.folders(request.biz_id, room)
        for item, superseded in _with_ends(place.objects.versions(place.bucket, prefix)):
            recording = names.parse(item.key, room)
            if not names.readings(item.key):
                yield _item(place, item, superseded, kind=OTHER, why=NOT_UNDERSTOOD)
            elif recording is not None:
                same_task = (room, recording.started) in tasks
                why = SAME_TASK if same_task else SAME_ROOM if room in met else NAMED_ROOM
                yield _item(place, item, superseded, kind=MIXED, why=why)


def _with_ends(versions: Iterable[Object]) -> Iterator[tuple[Object, datetime | None]]:
    """Add to each version when the next one took its place; None for the current one."""
    for _, group in groupby(versions, key=lambda item: item.key):
        newer: datetime | None = None
        for item in sorted(group, key=lambda item: (item.latest, item.modified), reverse=True):
            yield item, newer
            newer = item.modified


def _item(
    place: Place, item: Object, superseded: datetime | None, *, kind: str = RECORDING, why: str = ""
) -> Item:
    kept = item.version_id not in _NO_VERSION or any(rule.noncurrent_expire_days for rule in place.rules)
    gone = (
        None
        if item.marker and superseded is None
        else expiry.gone(place.rules, item.key, item.modified, superseded, kept=kept)
    )
    return Item(
        region=place.region,
        bucket=place.bucket,
        key=item.key,
        version_id=item.version_id,
        kind=MARKER if item.marker else kind,
        size=item.size,
        modified=_text(item.modified),
        storage_class=item.storage_class,
        gone=_text(gone) if gone else "",
        why=why,
    )


def _place_name(item: Item) -> str:
    return f"{item.region}/{item.bucket}"


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")


def rooms(plan: ErasePlan) -> frozenset[str]:
    """Return the rooms where the user was recorded, or may have been, as far as the plan tells."""
    return frozenset(
        reading.room_id
        for item in (*plan.erase, *plan.mixed)
        for reading in names.readings(item.key)
        if reading.user_id in {"", plan.user_id}
    )


def noting(plan: ErasePlan, notes: Iterable[str]) -> ErasePlan:
    """Add what else the plan cannot reach."""
    return replace(plan, out_of_reach=(*notes, *plan.out_of_reach))
