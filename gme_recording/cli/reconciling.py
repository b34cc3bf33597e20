"""What `reconcile` does between its options and its output."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gme_recording.api import Gme
from gme_recording.api.objects import Object
from gme_recording.callbacks.event import Event
from gme_recording.callbacks.store import Store
from gme_recording.cli.output import Output
from gme_recording.cli.shelves import Shelf, shelves
from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings import gather
from gme_recording.recordings.erase_record import erased_keys
from gme_recording.recordings.gather import Scope
from gme_recording.recordings.reconcile import HINTS, MARGIN, Gap, Reconciled, Terms, reconcile

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The options of `reconcile`."""

    stack: str
    app: str | None
    callbacks: Path | None
    since: float | None
    tasks: tuple[str, ...]
    rooms: tuple[str, ...]
    erased: tuple[Path, ...]
    """Records of erasures."""
    patience: float
    longest: float


def run(question: Question, output: Output) -> int:
    """Compare for every application, report, and tell cron by the exit code."""
    results = [_compared(shelf, question) for shelf in shelves(question.stack, question.app)]
    gaps = [gap for one in results for gap in one.result.gaps]
    lines = [line for one in results for line in _lines(one)]
    why = sorted({gap.why for gap in gaps})
    hints = [f"hint ({each}): {HINTS[each]}" for each in why]
    output.show("\n".join([*lines, *hints]), [_data(one) for one in results])
    return ExitCode.DIFFERS if gaps else ExitCode.OK


@dataclass(frozen=True, slots=True)
class _Compared:
    """What is known of one application."""

    shelf: Shelf
    result: Reconciled
    strange: tuple[str, ...]
    """Keys that are no recordings'."""


def _compared(shelf: Shelf, question: Question) -> _Compared:
    now = shelf.objects.now(shelf.bucket)
    asked = question.since
    since = now - timedelta(days=1) if asked is None else datetime.fromtimestamp(asked, UTC)
    scope = Scope(
        biz_id=shelf.app.biz_id,
        since=since - MARGIN,
        tasks=frozenset(question.tasks),
        rooms=frozenset(question.rooms),
    )
    events = _events(question.callbacks, scope)
    strange: list[Object] = []
    objects = gather.stored(shelf.objects, shelf.bucket, scope, events, strange.append)
    tasks = tuple(gather.tasks(Gme(shelf.cloud), scope, events, objects))
    objects += gather.arrived(shelf.objects, shelf.bucket, tasks, objects)
    terms = Terms(
        now=now,
        since=since,
        patience=timedelta(minutes=question.patience),
        longest_task=timedelta(hours=question.longest),
        callbacks=question.callbacks is not None,
        rules=shelf.rules(),
        erased=frozenset().union(*map(erased_keys, question.erased)),
    )
    result = reconcile(tasks, events, objects, terms)
    return _Compared(shelf, result, tuple(item.key for item in strange))


def _events(file: Path | None, scope: Scope) -> tuple[Event, ...]:
    if file is None:
        return ()
    if not file.is_file():
        raise UserError(
            f"{file} is not there: nothing was received yet",
            hint="gme-recording callbacks serve --store <file> receives into it",
            exit_code=ExitCode.UNAVAILABLE,
        )
    with closing(Store(file)) as store:
        return gather.heard(store, scope)


def _lines(one: _Compared) -> list[str]:
    shelf, result = one.shelf, one.result
    counts = Counter(str(gap.why) for gap in result.gaps)
    found = ", ".join(f"{number} {why}" for why, number in sorted(counts.items())) or "nothing missing"
    unmatched = f"; {result.unmatched} names of GME's are no keys" if result.unmatched else ""
    head = (
        f"{shelf.app.name} ({shelf.app.biz_id}): {result.stored} of {result.files} files in {shelf.bucket}, "
        f"{result.tasks} tasks: {found}{unmatched}"
    )
    strange = [f"  not the key of a recording: {key}" for key in one.strange[:_SHOWN]]
    if more := len(one.strange) - len(strange):
        strange.append(f"  not the key of a recording: {more} more, see --json")
    return [head, *(f"  {_line(gap)}" for gap in result.gaps), *strange]


def _line(gap: Gap) -> str:
    who = f"user {gap.user_id}" if gap.user_id else "mixed" if gap.key else f"task {gap.task_id}"
    began = gap.began.isoformat(timespec="seconds") if gap.began else "?"
    ended = gap.ended.isoformat(timespec="seconds") if gap.ended else "?"
    return f"{gap.why}: room {gap.room_id}, {who}, {began} to {ended}  {gap.key}".rstrip()


def _data(one: _Compared) -> dict[str, object]:
    shelf, result = one.shelf, one.result
    return {
        "app": shelf.app.name,
        "bizId": shelf.app.biz_id,
        "bucket": shelf.bucket,
        "files": result.files,
        "stored": result.stored,
        "tasks": result.tasks,
        "unmatched": result.unmatched,
        "notUnderstood": list(one.strange),
        "gaps": [gap.data() for gap in result.gaps],
    }
