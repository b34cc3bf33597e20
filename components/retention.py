"""What becomes of a recording, day by day (pure): which class it is in, when it is gone, what COS bills.

Worked out from the lifecycle rules themselves, as COS reads them: of the rules on an object's key the one
that expires first wins, and of two moves the one to the colder class (436/17028). Days are whole days since
the last change; COS acts at the midnight after the day is full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from components import lifecycle
from components.config.model import Place, Stack
from gme_recording.api import LifecycleRule
from gme_recording.smoke import Mode


@dataclass(frozen=True, slots=True)
class Stage:
    """A stay in one storage class."""

    storage_class: str
    from_day: int
    to_day: int | None
    """None is for ever."""

    @property
    def days(self) -> int | None:
        return None if self.to_day is None else self.to_day - self.from_day

    @property
    def billed_days(self) -> int | None:
        """What COS bills at least for each object; None is for ever."""
        return (
            None if self.days is None else max(self.days, lifecycle.MINIMUM_BILLED_DAYS[self.storage_class])
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What becomes of the objects below one prefix of one bucket."""

    bucket: str
    region: str
    prefix: str
    holds: str
    """What these objects are, in words."""
    stages: tuple[Stage, ...]
    recoverable_days: int = 0
    """With versioning: how long what is gone can still be brought back, billed all the while."""
    abort_uploads_days: int | None = None
    """When an upload that never ended is dropped; None is never."""

    @property
    def gone_day(self) -> int | None:
        """When an object expires; None is never."""
        return self.stages[-1].to_day

    def data(self) -> dict[str, Any]:
        """The timeline as plain JSON data."""
        return {
            "bucket": self.bucket,
            "region": self.region,
            "prefix": self.prefix,
            "holds": self.holds,
            "stages": [
                {
                    "storageClass": stage.storage_class,
                    "fromDay": stage.from_day,
                    "toDay": stage.to_day,
                    "billedDays": stage.billed_days,
                }
                for stage in self.stages
            ],
            "goneAfterDays": self.gone_day,
            "recoverableDays": self.recoverable_days,
            "abortUploadsAfterDays": self.abort_uploads_days,
        }


def timelines(stack: Stack) -> tuple[Timeline, ...]:
    """One for every prefix that has rules of its own, in every bucket of the stack."""
    return tuple(timeline for place in stack.places for timeline in _of_place(stack, place))


def of_prefix(rules: Sequence[LifecycleRule], prefix: str) -> tuple[tuple[Stage, ...], int, int | None]:
    """Stages, days to bring a version back, and days until an unended upload is dropped."""
    matching = [rule for rule in rules if prefix.startswith(rule.prefix)]
    gone = min((rule.expire_days for rule in matching if rule.expire_days is not None), default=None)
    versions = [rule.noncurrent_expire_days for rule in matching if rule.noncurrent_expire_days is not None]
    aborts = [rule.abort_uploads_days for rule in matching if rule.abort_uploads_days is not None]
    moves = sorted({move for rule in matching for move in rule.transitions})
    return _stages(moves, gone), min(versions, default=0), min(aborts, default=None)


def _stages(moves: Sequence[tuple[int, str]], gone: int | None) -> tuple[Stage, ...]:
    """Storage only gets colder: a move to a warmer class, or after the end, does nothing."""
    coldness = list(lifecycle.MINIMUM_BILLED_DAYS)
    stages: list[Stage] = []
    begins, current = 0, lifecycle.STANDARD
    for day, target in moves:
        if coldness.index(target) > coldness.index(current) and (gone is None or day < gone):
            if day > begins:
                stages.append(Stage(current, begins, day))
            begins, current = day, target
    return (*stages, Stage(current, begins, gone))


def _of_place(stack: Stack, place: Place) -> Iterator[Timeline]:
    rules = lifecycle.rules(place, stack.smoke)
    for bucket, region, which in _copies(stack, place):
        for prefix, holds in _prefixes(stack, place):
            yield _timeline(bucket, region, rules, prefix, f"{holds}{which}")
    if log := place.storage.access_log:
        name = stack.full_name(log.name)
        yield _timeline(name, place.region, lifecycle.log_rules(log), "", f"access log of {place.bucket}")


def _copies(stack: Stack, place: Place) -> Iterator[tuple[str, str, str]]:
    yield place.bucket, place.region, ""
    if replica := place.storage.replica:
        yield stack.full_name(replica.name), replica.region, ", copied"


def _prefixes(stack: Stack, place: Place) -> Iterator[tuple[str, str]]:
    for app in sorted(place.apps, key=lambda app: app.biz_id):
        yield lifecycle.app_prefix(app), f"recordings of {app.name}"
        if stack.smoke.mode is Mode.FULL:
            mixed, _ = lifecycle.smoke_prefixes(app, stack.smoke.room)
            yield mixed, f"smoke test of {app.name}"
    yield "", "anything else"


def _timeline(bucket: str, region: str, rules: Sequence[LifecycleRule], prefix: str, holds: str) -> Timeline:
    stages, recoverable, aborts = of_prefix(rules, prefix)
    return Timeline(
        bucket=bucket,
        region=region,
        prefix=prefix,
        holds=holds,
        stages=stages,
        recoverable_days=recoverable,
        abort_uploads_days=aborts,
    )
