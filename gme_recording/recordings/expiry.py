"""When a bucket's lifecycle deletes an object by itself (pure; 436/17028)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gme_recording.api.cos import LifecycleRule
from gme_recording.recordings.names import CHINA


def expires(rules: Sequence[LifecycleRule], key: str, modified: datetime) -> datetime | None:
    """Return when an object stops being readable; None for never. The rule that expires first wins."""
    return _scan_after([rule.expire_days for rule in _of(rules, key)], modified)


def gone(
    rules: Sequence[LifecycleRule], key: str, modified: datetime, superseded: datetime | None, *, kept: bool
) -> datetime | None:
    """Return when nothing is left of a version; None for never.

    `superseded` is when it stopped being the current one, None if it has not; `kept` is whether the bucket
    then keeps it as an older version.
    """
    last = superseded if superseded is not None else expires(rules, key, modified)
    if last is None or (superseded is None and not kept):
        return last
    return _scan_after([rule.noncurrent_expire_days for rule in _of(rules, key)], last)


def _of(rules: Sequence[LifecycleRule], key: str) -> list[LifecycleRule]:
    return [rule for rule in rules if key.startswith(rule.prefix)]


def _scan_after(days: Sequence[int | None], moment: datetime) -> datetime | None:
    """COS scans at midnight in China for what has been there for whole days."""
    counted = [number for number in days if number is not None]
    if not counted:
        return None
    due = (moment + timedelta(days=min(counted))).astimezone(CHINA)
    midnight = due.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight if midnight == due else midnight + timedelta(days=1)).astimezone(moment.tzinfo)
