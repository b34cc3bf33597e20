"""What COS and GME count, month by month, of what is recorded below one prefix (pure).

The model goes by days: every day brings the same recordings, spread over the day; each is in the class that
`components.retention` finds, and moves or goes at the midnight after its days are full. Amounts are in the
units that prices are for; a month has 30 days, as storage is billed by a 30th of the monthly price a day, on
the daily mean (436/32534).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from components import retention
from components.lifecycle import MINIMUM_BILLED_DAYS, STANDARD
from components.retention import Stage
from gme_recording.api import LifecycleRule
from gme_recording.review.prices import Unit

DAYS_A_MONTH = 30
BYTES_A_GB = 1024**3
SMALLEST_MOVED_BYTES = 64 * 1024
"""COS moves no smaller object to a colder class (436/17028)."""
LONGEST_FILE_HOURS = 2
"""GME begins a new file after this long, so an hour of a stream makes at least half a file."""

STORAGE = "storage"
MINIMUM = "minimum duration"
"""Days billed in a class after the recording has left it."""
REQUESTS = "requests"
"""One for each file that GME writes, one for each move to another class."""
RETRIEVAL = "retrieval"
REPLICA = "replica"
"""The copy: its storage, minimum and requests, and the traffic to it."""
EGRESS = "egress"
RECORDING = "recording fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What is recorded below one prefix of one bucket, and what is read of it."""

    region: str
    prefix: str
    hours_per_day: Decimal
    """Hours of rooms: two rooms recorded for an hour are two."""
    kbit_per_s: Decimal = Decimal(32)
    """Of one stream, 1000 bits each. GME's bit rate is not documented."""
    streams: Decimal = Decimal(1)
    """Files written at once for a room: one mixed, or one for each member who speaks, or both."""
    files_per_hour: Decimal = Decimal(2)
    """Of one stream."""
    retrieved_gb_per_month: Decimal = Decimal(0)
    """Read from STANDARD_IA or restored from colder classes, as soon as something is there."""
    egress_gb_per_month: Decimal = Decimal(0)
    """Downloaded over the Internet."""
    replica_region: str = ""
    """Empty: there is no copy."""

    @property
    def gb_per_day(self) -> Decimal:
        return self.hours_per_day * 3600 * self.streams * self.kbit_per_s * 1000 / 8 / BYTES_A_GB

    @property
    def files_per_day(self) -> Decimal:
        return self.hours_per_day * self.streams * self.files_per_hour

    @property
    def bytes_per_file(self) -> Decimal:
        """Mean size; all files are taken to be of it."""
        return 3600 * self.kbit_per_s * 1000 / 8 / self.files_per_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One thing that is counted."""

    line: str
    """Line of the bill that it belongs to."""
    region: str = ""
    storage_class: str = ""
    unit: Unit
    amounts: tuple[Decimal, ...]
    """One for each month."""
    stored: bool = False
    """Whether it is there to be read, besides being billed."""


def stages(rules: Sequence[LifecycleRule], volume: Volume) -> tuple[Stage, ...]:
    """Stays of one recording for as long as it is stored, versions included; small files never move."""
    found, recoverable_days, _ = retention.of_prefix(rules, volume.prefix)
    if volume.bytes_per_file < SMALLEST_MOVED_BYTES:
        found = (Stage(STANDARD, 0, found[-1].to_day),)
    *others, last = found
    return (*others, replace(last, to_day=None if last.to_day is None else last.to_day + recoverable_days))


def missing_days(stage: Stage) -> int:
    """How many days are billed that the recording is no longer there."""
    return 0 if stage.days is None else max(0, MINIMUM_BILLED_DAYS[stage.storage_class] - stage.days)


def meters(stays: Sequence[Stage], volume: Volume, months: int) -> Iterator[Meter]:
    """Yield everything that is counted of recordings with these stays."""
    yield from _kept(stays, volume, volume.region, months)
    yield from _retrieved(stays, volume, months)
    egress = (volume.egress_gb_per_month,) * months
    yield Meter(line=EGRESS, region=volume.region, storage_class=STANDARD, unit=Unit.EGRESS, amounts=egress)
    if volume.replica_region:
        for meter in _kept(stays, volume, volume.replica_region, months):
            yield replace(meter, line=REPLICA)
        copied = (volume.gb_per_day * DAYS_A_MONTH,) * months
        yield Meter(
            line=REPLICA, region=volume.region, storage_class=STANDARD, unit=Unit.REPLICATED, amounts=copied
        )
    thousand_minutes = volume.hours_per_day * 60 * DAYS_A_MONTH / 1000
    yield Meter(line=RECORDING, unit=Unit.RECORDED, amounts=(thousand_minutes,) * months)


def _kept(stays: Sequence[Stage], volume: Volume, region: str, months: int) -> Iterator[Meter]:
    """Storage, minimum and requests of one bucket; a day's own recordings are there for half of it."""

    def meter(line: str, name: str, unit: Unit, amounts: Sequence[Decimal], *, stored: bool = False) -> Meter:
        return Meter(
            line=line, region=region, storage_class=name, unit=unit, amounts=tuple(amounts), stored=stored
        )

    def gb(begins: int, ends: int | None) -> list[Decimal]:
        return [volume.gb_per_day * _mean_days(month, begins, ends) for month in range(months)]

    new = [volume.gb_per_day / 2] * months
    written = [volume.files_per_day * DAYS_A_MONTH / 10_000] * months
    yield meter(f"{STORAGE} {STANDARD}", STANDARD, Unit.GB_MONTH, new, stored=True)
    yield meter(REQUESTS, STANDARD, Unit.REQUESTS, written)
    for stay in stays:
        name = stay.storage_class
        yield meter(f"{STORAGE} {name}", name, Unit.GB_MONTH, gb(stay.from_day, stay.to_day), stored=True)
        if name != STANDARD:
            moved = [volume.files_per_day * _moves(month, stay.from_day) / 10_000 for month in range(months)]
            yield meter(REQUESTS, name, Unit.REQUESTS, moved)
        if stay.to_day is not None and (missing := missing_days(stay)):
            yield meter(MINIMUM, name, Unit.GB_MONTH, gb(stay.to_day, stay.to_day + missing))


def _retrieved(stays: Sequence[Stage], volume: Volume, months: int) -> Iterator[Meter]:
    """What is read is taken to be in the coldest class that anything has reached in that month."""
    reached = [[_mean_days(month, stay.from_day, None) > 0 for stay in stays] for month in range(months)]
    for at, stay in enumerate(stays):
        if stay.storage_class != STANDARD:
            coldest = [there[at] and not any(there[at + 1 :]) for there in reached]
            amounts = tuple(volume.retrieved_gb_per_month if here else Decimal(0) for here in coldest)
            yield Meter(
                line=RETRIEVAL,
                region=volume.region,
                storage_class=stay.storage_class,
                unit=Unit.RETRIEVED,
                amounts=amounts,
            )


def _mean_days(month: int, begins: int, ends: int | None) -> Decimal:
    """How many days' recordings have an age between two ages, on the mean of a month's days.

    On day t, counted from 0, the recordings of the days before are 1 to t days old.
    """
    days = range(month * DAYS_A_MONTH, (month + 1) * DAYS_A_MONTH)
    held = sum((day if ends is None else min(day, ends)) - min(day, begins) for day in days)
    return Decimal(held) / DAYS_A_MONTH


def _moves(month: int, after_days: int) -> int:
    """On how many days of a month recordings move that are moved after so many full days."""
    return max(0, min(DAYS_A_MONTH, (month + 1) * DAYS_A_MONTH - after_days - 1))
