"""What should be in the bucket and is not, and what is there that nobody told of (pure)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from gme_recording.api.cos import LifecycleRule
from gme_recording.api.gme import RecordStatus
from gme_recording.callbacks.event import Event, Kind
from gme_recording.recordings import expiry, names
from gme_recording.recordings.evidence import File, KnownTask, files
from gme_recording.recordings.listing import Stored

LONGEST_FILE = timedelta(hours=2)
"""GME begins a new file then (607/53748)."""
MARGIN = LONGEST_FILE + timedelta(hours=24)
"""What happened so long before `since` is looked at too, to understand what happened after."""
_SUFFIX = "_audio.mp3"
_MOST_MISSING = 1000
"""Told of one hole: the number behind it may be of an object that somebody put there."""
_COUNTED = re.compile(rf"(?P<stream>.*_)(?P<serial>{names.ID}){re.escape(_SUFFIX)}", re.ASCII | re.DOTALL)


class Why(StrEnum):
    """What is wrong with a file or a task."""

    LOST = "lost"
    """Recorded, and not in the bucket."""
    LATE = "late"
    """Recorded, and not in the bucket yet."""
    UNEXPECTED = "unexpected"
    """In the bucket, and GME told nothing of it."""
    UNHEARD = "callback lost"
    """In the bucket; the callback that says so did not come."""
    RUNNING = "running too long"


HINTS = {
    Why.LOST: "open a ticket with task id and key; gme-recording smoke shows whether recording works now",
    Why.LATE: "wait; if it stays late, gme-recording smoke shows whether GME may write to the bucket",
    Why.UNEXPECTED: "find out who records: another program, the console's full scope, or a lost callback",
    Why.UNHEARD: "gme-recording callbacks list --files shows what was heard; the recording is there",
    Why.RUNNING: "gme-recording record stop ends it, if nobody needs it; recording is billed by the minute",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked, and how long things may take."""

    now: datetime
    since: datetime
    patience: timedelta = timedelta(minutes=30)
    """A file may take so long into the bucket: `several minutes` (607/53748)."""
    give_up: timedelta = timedelta(hours=24)
    """What takes longer is lost."""
    longest_task: timedelta = timedelta(hours=24)
    """A task that runs longer was forgotten, or ends by itself (607/87647)."""
    callbacks: bool = False
    """Whether callbacks are received and all of them are given."""
    rules: tuple[LifecycleRule, ...] = ()
    """What lifecycle has deleted is not lost."""
    erased: frozenset[str] = frozenset()
    """Keys that were erased on purpose are not lost either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that a person should look at."""

    why: Why
    biz_id: int
    room_id: str
    user_id: str = ""
    """Empty for a mixed stream, and for a task."""
    task_id: str = ""
    key: str = ""
    """Empty for a task."""
    began: datetime | None = None
    """None where nothing tells."""
    ended: datetime | None = None

    def data(self) -> dict[str, object]:
        """Return the gap as JSON data."""
        return {
            "why": self.why,
            "bizId": self.biz_id,
            "roomId": self.room_id,
            "userId": self.user_id,
            "taskId": self.task_id,
            "key": self.key,
            "began": self.began.isoformat() if self.began else None,
            "ended": self.ended.isoformat() if self.ended else None,
            "hint": HINTS[self.why],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """How tasks, callbacks and bucket compare."""

    gaps: tuple[Gap, ...]
    files: int
    """Compared."""
    stored: int
    """Of them in the bucket."""
    tasks: int
    """Asked for."""
    unmatched: int
    """Names in GME's list that are no keys, so cannot be compared."""


def reconcile(
    tasks: Sequence[KnownTask], events: Iterable[Event], objects: Iterable[Stored], terms: Terms
) -> Reconciled:
    """Compare. The result is the same whatever the order of the items, and however often one comes.

    Give everything since `terms.since - MARGIN`; what is reported happened since `terms.since`.
    """
    found, unmatched = files(tasks, events, objects)
    gaps = [
        *(gap for file in found.values() if (gap := _judge(file, terms))),
        *_holes(found.values(), terms),
        *(gap for task in tasks if (gap := _runs_too_long(task, terms))),
    ]
    recent = [file for file in found.values() if _is_recent(file, terms)]
    return Reconciled(
        gaps=tuple(
            sorted(set(gaps), key=lambda gap: (gap.biz_id, gap.room_id, gap.key, gap.task_id, gap.why))
        ),
        files=len(recent),
        stored=sum(file.stored is not None for file in recent),
        tasks=len({(task.biz_id, task.task_id) for task in tasks}),
        unmatched=unmatched,
    )


def _judge(file: File, terms: Terms) -> Gap | None:
    if not _is_recent(file, terms):
        return None
    why = _why_missing(file, terms) if file.stored is None else _why_strange(file, file.stored, terms)
    return None if why is None else _gap(file, why)


def _why_strange(file: File, stored: datetime, terms: Terms) -> Why | None:
    """Judge whether GME told of an object that is there."""
    if not terms.callbacks or terms.now - stored <= terms.patience:
        return None
    if not file.known:
        return Why.UNEXPECTED
    return None if Kind.UPLOADED in file.heard else Why.UNHEARD


def _why_missing(file: File, terms: Terms) -> Why | None:
    """Judge whether there should be an object by now."""
    ended = file.ended or (file.began + LONGEST_FILE if file.began else terms.since)
    expired = expiry.expires(terms.rules, file.key, ended)
    if file.key in terms.erased or (expired is not None and expired <= terms.now):
        return None
    if file.reached >= Kind.UPLOADED:
        return Why.LOST
    waited = terms.now - ended
    if waited <= terms.patience:
        return None
    if file.recording:
        return Why.RUNNING
    return Why.LATE if waited <= terms.give_up else Why.LOST


def _runs_too_long(task: KnownTask, terms: Terms) -> Gap | None:
    if not task.running and not any(file.status == RecordStatus.RECORDING for file in task.files or ()):
        return None
    began = _began(task)
    if began is None or terms.now - began <= terms.longest_task:
        return None
    return Gap(why=Why.RUNNING, biz_id=task.biz_id, room_id=task.room_id, task_id=task.task_id, began=began)


def _began(task: KnownTask) -> datetime | None:
    """When the task began: its files' keys say it, their beginnings are the next best."""
    told = task.files or ()
    parsed = (names.parse(file.name, task.room_id or None) for file in told)
    starts = [name.started for name in parsed if name is not None]
    return min(starts or [datetime.fromtimestamp(file.began, UTC) for file in told], default=None)


def _holes(known: Iterable[File], terms: Terms) -> Iterator[Gap]:
    """Files that nobody knows of, between two whose keys count: all callbacks lost, and GME forgot."""
    streams: defaultdict[str, dict[int, File]] = defaultdict(dict)
    for file in known:
        if counted := _COUNTED.fullmatch(file.key):
            serial = int(counted["serial"])
            if serial < names.LEAST_TASK_ID:
                streams[counted["stream"]][serial] = file
    for stream, segments in streams.items():
        yield from _holes_of(stream, segments, terms)


def _holes_of(stream: str, segments: Mapping[int, File], terms: Terms) -> Iterator[Gap]:
    serials = sorted(segments)
    name = names.parse(segments[serials[0]].key)
    from_start = name is not None and name.started >= terms.since - MARGIN
    before = -1 if from_start else serials[0]
    for serial in serials:
        after = segments[serial]
        for missing in range(before + 1, serial)[:_MOST_MISSING]:
            began = segments[before].ended if before in segments else None
            key = f"{stream}{missing}{_SUFFIX}"
            if key not in terms.erased and _is_recent(after, terms) and not _is_expired(after, terms):
                gap = _gap(after, Why.LOST)
                yield replace(gap, key=key, began=began, ended=after.began)
        before = serial


def _is_expired(file: File, terms: Terms) -> bool:
    moment = file.began or file.stored or terms.now
    expired = expiry.expires(terms.rules, file.key, moment)
    return expired is not None and expired <= terms.now


def _is_recent(file: File, terms: Terms) -> bool:
    latest = file.stored or file.ended or (file.began and file.began + LONGEST_FILE)
    return file.recording or latest is None or latest >= terms.since


def _gap(file: File, why: Why) -> Gap:
    return Gap(
        why=why,
        biz_id=file.biz_id,
        room_id=file.room_id,
        user_id=file.user_id,
        task_id=file.task_id,
        key=file.key,
        began=file.began,
        ended=file.ended,
    )
