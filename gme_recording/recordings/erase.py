"""Erasing a user's recordings: what it would do, and doing it. Two functions, and a plan between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Protocol

from gme_recording.api.cos import LifecycleRule
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Object, batches
from gme_recording.recordings import expiry, names
from gme_recording.recordings.erase_plan import ErasePlan, Item
from gme_recording.recordings.owners import Known, Owners

RECORDING, MIXED, MARKER = "recording", "mixed", "delete marker"
_NO_VERSION = frozenset({"", "null"})
"""Written before the bucket had versioning, if it has."""
SAME_TASK = "the user's own stream was recorded by the same task"
SAME_ROOM = "recorded in a room where the user was recorded at another time"
NAMED_ROOM = "recorded in a room that was named"
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
    searched = []
    for place in places:
        searched.append(place.name)
        own, doubtful = _single_streams(place, request)
        erase += own
        unclear += doubtful
        mixed += _mixed_streams(place, request, [item for item in own if item.kind == RECORDING])
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
        out_of_reach=(*notes, *ALWAYS_OUT_OF_REACH),
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


def _single_streams(place: Place, request: Request) -> tuple[list[Item], list[Item]]:
    """The user's, and those that may be another's."""
    owners = Owners(Known(rooms=request.rooms, numeric_users=request.numeric_users))
    own, doubtful = [], []
    for item, superseded in _with_ends(place.objects.versions(place.bucket, f"{request.biz_id}_")):
        owned = owners.read(item.key)
        if owned is None or owned.recording.mixed:
            continue
        if all(one.user_id != request.user_id for one in owned.readings):
            continue
        if owned.sure:
            own.append(_item(place, item, superseded))
        else:
            rooms = " or ".join(f"user {one.user_id} in room {one.room_id}" for one in owned.readings)
            doubtful.append(_item(place, item, superseded, why=f"{rooms}?"))
    return own, doubtful


def _mixed_streams(place: Place, request: Request, own: Iterable[Item]) -> Iterator[Item]:
    """Mixed streams of the rooms where the user was recorded, or was by what the request says."""
    owners = Owners(Known(rooms=request.rooms, numeric_users=request.numeric_users))
    found = [owned.recording for owned in owners.read_all(item.key for item in own)]
    tasks = {(one.room_id, one.started) for one in found}
    met = {one.room_id for one in found}
    for room in sorted(met | request.rooms):
        prefix, _ = names.folders(request.biz_id, room)
        for item, superseded in _with_ends(place.objects.versions(place.bucket, prefix)):
            recording = names.parse(item.key, room)
            if recording is not None:
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
