"""Pages of a listing: keys in order, those that share a prefix up to the delimiter rolled into one entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cos import model
from gme_recording.localcloud.services.cos.model import NEWEST, Version

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

MAX_KEYS = 1000
OLDEST = 1 << 62
"""Greater than every rank."""
Start = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Version | str, ...]
    """Versions, and common prefixes as text, in the order of the listing."""
    truncated: bool

    @property
    def versions(self) -> tuple[Version, ...]:
        return tuple(entry for entry in self.entries if isinstance(entry, Version))

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(entry for entry in self.entries if isinstance(entry, str))


def common_prefix(key: str, prefix: str, delimiter: str) -> str:
    """What the key is rolled into; empty if it stands for itself."""
    if not delimiter or not key.startswith(prefix):
        return ""
    end = key.find(delimiter, len(prefix))
    return "" if end < 0 else key[: end + len(delimiter)]


def after(marker: str, prefix: str, delimiter: str) -> Start:
    """Where the page after `marker` starts; a marker that is a common prefix ends everything in it."""
    if marker and common_prefix(marker, prefix, delimiter) == marker:
        return (model.after_prefix(marker), NEWEST)
    return (marker, OLDEST) if marker else ("", NEWEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which versions of a bucket, and how many entries at most."""

    prefix: str
    delimiter: str
    limit: int
    current_only: bool


def read(store: Store, bucket: str, start: Start, wanted: Wanted) -> Page:
    """The entries from `start` on. A common prefix costs one query, however many keys it has."""
    limit = min(wanted.limit, MAX_KEYS)
    entries: list[Version | str] = []
    more = limit > 0
    while more and len(entries) <= limit:
        lacking = limit + 1 - len(entries)
        batch = model.versions_from(
            store, bucket, start, wanted.prefix, current_only=wanted.current_only, limit=lacking
        )
        more = len(batch) == lacking
        for version in batch:
            rolled = common_prefix(version.key, wanted.prefix, wanted.delimiter)
            entries.append(rolled or version)
            if rolled:
                start = (model.after_prefix(rolled), NEWEST)
                more = bool(start[0])
                break
            start = (version.key, version.rank + 1)
    return Page(tuple(entries[:limit]), len(entries) > limit)
