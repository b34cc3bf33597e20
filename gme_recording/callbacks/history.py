"""What is known of each file, whatever the order in which it was heard (pure).

Callbacks come in any order, twice, late or never (607/53749). So nothing here depends on order: what is known
of a file is a set that only grows, and two such sets are joined to a third. What makes good for a callback
that is lost for ever, the API's list and the bucket, is joined in `recordings.evidence`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from gme_recording.callbacks.event import Event, Kind


class FileKey(NamedTuple):
    """One file, as callbacks name it."""

    biz_id: int
    room_id: str
    user_id: str
    task_id: str
    segment: int
    file: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of one file."""

    key: FileKey
    heard: frozenset[tuple[int, int]]
    """Kind of each event and the earliest time it was sent, Unix seconds: one pair for a kind."""

    @property
    def status(self) -> int:
        """The furthest Kind that is known; 0 if only kinds were heard that are unknown here."""
        return max((kind for kind, _ in self.heard if kind in set(Kind)), default=0)

    @property
    def missing(self) -> tuple[Kind, ...]:
        """Events that must have happened but were not heard."""
        heard = {kind for kind, _ in self.heard}
        return tuple(kind for kind in Kind if kind <= self.status and kind not in heard)

    def __or__(self, other: Recorded) -> Recorded:
        """Join two pieces of knowledge of the same file."""
        assert self.key == other.key, "two files cannot be joined"
        return Recorded(self.key, _earliest(self.heard | other.heard))


def heard(event: Event) -> Recorded:
    """Return what one event tells."""
    return Recorded(key(event), frozenset({(event.kind, event.sent)}))


def key(event: Event) -> FileKey:
    """Return the file that an event is about."""
    return FileKey(event.biz_id, event.room_id, event.user_id, event.task_id, event.segment, event.file)


def history(events: Iterable[Event]) -> dict[FileKey, Recorded]:
    """Return what all these events tell, file by file."""
    known: dict[FileKey, Recorded] = {}
    for event in events:
        news = heard(event)
        known[news.key] = known[news.key] | news if news.key in known else news
    return known


def _earliest(pairs: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    first: dict[int, int] = {}
    for kind, sent in pairs:
        first[kind] = min(sent, first.get(kind, sent))
    return frozenset(first.items())
