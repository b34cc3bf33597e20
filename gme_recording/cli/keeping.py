"""What `recordings list|show|get|play-url|delete` do between their options and their output."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from threading import Lock

import click

from gme_recording.api import Gme
from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Object, batches
from gme_recording.cli import render
from gme_recording.cli.output import Output
from gme_recording.cli.shelves import Shelf, shelf_of, shelves
from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings import expiry, links
from gme_recording.recordings.fetch import Download, Fetched, Outcome, fetch_all
from gme_recording.recordings.gather import FORGOTTEN
from gme_recording.recordings.listing import Stored, Wanted, find
from gme_recording.recordings.names import Recording
from gme_recording.recordings.owners import Known, Owners

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which recordings the options mean."""

    stack: str
    app: str | None
    room_id: str | None
    user_id: str | None
    task_id: str | None
    mixed: bool | None
    since: float | None
    until: float | None
    known_rooms: tuple[str, ...] = ()
    known_users: tuple[str, ...] = ()
    numeric_users: bool = False

    def known(self) -> Known:
        """Return what is known of ids; a room that is asked for is known."""
        rooms = {*self.known_rooms, *([self.room_id] if self.room_id else ())}
        return Known(frozenset(rooms), frozenset(self.known_users), self.numeric_users)

    def wanted(self, shelf: Shelf) -> Wanted:
        """Return the choice for one application, with the keys of its task if one is named."""
        return Wanted(
            biz_id=shelf.app.biz_id,
            room_id=self.room_id,
            user_id=self.user_id,
            task_id=self.task_id,
            task_keys=_task_keys(shelf, self.task_id),
            mixed=self.mixed,
            since=_moment(self.since),
            until=_moment(self.until),
        )


def list_(choice: Choice, limit: int | None, output: Output) -> int:
    """Print recordings as they are found."""
    strange = _Strange()
    found = _found(choice, strange)
    shown = output.show_each((_line(item), data(item)) for item in islice(found, limit))
    output.say(f"{shown} recordings")
    strange.tell(output)
    return ExitCode.OK


def show(stack: str, key: str, output: Output) -> int:
    """Show what is known of one recording."""
    shelf = shelf_of(stack, key)
    head = shelf.objects.head(shelf.bucket, key)
    owned = Owners(Known()).read(key)
    assert owned is not None, "shelf_of has read it"
    expires = expiry.expires(shelf.rules(), key, head.modified)
    facts = {
        **_said(owned.readings[0], sure=owned.sure),
        "application": shelf.app.name,
        "region": shelf.region,
        "bucket": shelf.bucket,
        "size": head.size,
        "arrived": _text(head.modified),
        "storageClass": head.storage_class,
        "expires": _text(expires) if expires else None,
        "crc64": head.crc64,
        "etag": head.etag,
    }
    if not owned.sure:
        facts["couldBe"] = [{"roomId": one.room_id, "userId": one.user_id} for one in owned.readings]
    output.show(render.table(facts), facts)
    return ExitCode.OK


def get(choice: Choice, keys: Sequence[str], folder: Path, workers: int, output: Output) -> int:
    """Download what is chosen, or the keys; tell of each as it ends."""
    failed = 0
    strange = _Strange()

    def told() -> Iterator[tuple[str, dict[str, object]]]:
        nonlocal failed
        for shelf, wanted, total in _downloads(choice, keys, strange):
            progress = _Progress(output, total)
            download = Download(shelf.objects, shelf.bucket, folder, progress.received)
            for fetched in fetch_all(download, wanted, workers):
                failed += fetched.outcome is Outcome.FAILED
                yield _fetched_line(fetched), _fetched_data(fetched)

    count = output.show_each(told())
    output.say(f"{count - failed} of {count} recordings are in {folder}")
    strange.tell(output)
    return ExitCode.FAILED if failed else ExitCode.OK


def play_url(stack: str, key: str, seconds: int, output: Output) -> int:
    """Print a link that plays a recording."""
    shelf = shelf_of(stack, key)
    link = links.play_url(shelf.objects, shelf.bucket, key, seconds)
    output.say(f"warning: {links.WARNING} {_text(link.expires)}")
    if shelf.cloud.url:
        output.say(
            f"the local cloud answers through its proxy: curl --proxy {shelf.cloud.url} -o out.mp3 URL"
        )
    output.show(link.url, {"key": key, "url": link.url, "expires": _text(link.expires)})
    return ExitCode.OK


def delete(stack: str, keys: Sequence[str], output: Output, *, every_version: bool, yes: bool) -> int:
    """Delete recordings by their keys."""
    chosen = [(shelf_of(stack, key), key) for key in dict.fromkeys(keys)]
    for shelf, key in chosen:
        if not every_version and all(item.key != key for item in shelf.objects.current(shelf.bucket, key)):
            raise UserError(
                f"there is no object {key} in {shelf.bucket}", hint="look for it: recordings list"
            )
    agreed(f"delete {len(chosen)} recordings for good?", output, yes=yes)
    results = [
        (key, version, code)
        for shelf, key in chosen
        for version, code in _deleted(shelf, key, every_version=every_version)
    ]
    text = "\n".join(f"{code or 'deleted':<14}  {key}  {version}".rstrip() for key, version, code in results)
    output.show(
        text,
        [{"key": key, "versionId": version, "outcome": code or "deleted"} for key, version, code in results],
    )
    return ExitCode.FAILED if any(code for _, _, code in results) else ExitCode.OK


def agreed(question: str, output: Output, *, yes: bool, word: str | None = None) -> None:
    """Return if it may go on: told so, or answered at the terminal (with a word, if one is given)."""
    if yes:
        return
    if output.as_json or not sys.stdin.isatty():
        raise UserError(
            "deleting recordings wants to be agreed to", hint="add --yes", exit_code=ExitCode.INPUT
        )
    if word is None:
        click.confirm(question, abort=True, err=True)
    elif click.prompt(f"{question} Type {word} to agree", err=True, default="", show_default=False) != word:
        raise click.Abort


def data(item: Stored) -> dict[str, object]:
    """Return a stored recording as JSON data."""
    return {
        **_said(item.recording, sure=item.owned.sure),
        "size": item.object.size,
        "arrived": _text(item.object.modified),
        "storageClass": item.object.storage_class,
    }


class _Progress:
    """Megabytes that have come, of so many; told from several threads."""

    def __init__(self, output: Output, total: int | None) -> None:
        self._output, self._total = output, total
        self._done = 0
        self._lock = Lock()

    def received(self, size: int) -> None:
        with self._lock:
            before, self._done = self._done, self._done + size
            if self._total is not None and before // _MEGABYTE != self._done // _MEGABYTE:
                self._output.progress("MB", self._done // _MEGABYTE, self._total // _MEGABYTE)


class _Strange:
    """Objects among the recordings that are none: how many, and the first one's key."""

    def __init__(self) -> None:
        self._count, self._first = 0, ""

    def __call__(self, item: Object) -> None:
        self._count, self._first = self._count + 1, self._first or item.key

    def tell(self, output: Output) -> None:
        if self._count:
            output.warn(f"{self._count} objects not understood: no recordings' keys, such as {self._first}")


def _found(choice: Choice, strange: _Strange) -> Iterator[Stored]:
    for shelf in shelves(choice.stack, choice.app):
        yield from find(shelf.objects, shelf.bucket, choice.wanted(shelf), choice.known(), strange)


def _downloads(
    choice: Choice, keys: Sequence[str], strange: _Strange
) -> Iterator[tuple[Shelf, Iterator[str], int | None]]:
    """Where from, which keys, how many bytes in all; the bucket is listed twice rather than kept."""
    if keys:
        for key in dict.fromkeys(keys):
            yield shelf_of(choice.stack, key), iter([key]), None
        return
    for shelf in shelves(choice.stack, choice.app):
        listed = partial(find, shelf.objects, shelf.bucket, choice.wanted(shelf), choice.known())
        total = sum(item.object.size for item in listed(strange))
        yield shelf, (item.object.key for item in listed()), total


def _deleted(shelf: Shelf, key: str, *, every_version: bool) -> list[tuple[str, str]]:
    """Version and code of what was deleted."""
    listed = shelf.objects.versions(shelf.bucket, key) if every_version else ()
    wanted = [(key, item.version_id) for item in listed if item.key == key] or [(key, "")]
    codes = chain.from_iterable(shelf.objects.delete(shelf.bucket, batch) for batch in batches(wanted))
    return [(version, code) for (_, version), code in zip(wanted, codes, strict=True)]


def _task_keys(shelf: Shelf, task_id: str | None) -> frozenset[str]:
    """What GME says the task's files are called, as long as it knows the task."""
    if task_id is None:
        return frozenset()
    try:
        files = Gme(shelf.cloud).record_files(shelf.app.biz_id, task_id)
    except ApiError as error:
        if error.code in FORGOTTEN:
            return frozenset()
        raise
    return frozenset(file.name for file in files)


def _said(recording: Recording, *, sure: bool) -> dict[str, object]:
    return {
        "key": recording.key,
        "bizId": recording.biz_id,
        "roomId": recording.room_id,
        "userId": recording.user_id,
        "mixed": recording.mixed,
        "taskId": recording.task_id,
        "taskBegan": _text(recording.started),
        "segment": recording.segment,
        "sure": sure,
    }


def _line(item: Stored) -> str:
    recording = item.recording
    who = "mixed" if recording.mixed else f"user {recording.user_id}"
    doubt = "".join(f" or user {one.user_id} in room {one.room_id}?" for one in item.owned.others)
    return (
        f"{_text(recording.started)}  {item.object.size:>12,}  room {recording.room_id}, {who}{doubt}"
        f"  {item.object.key}"
    )


def _fetched_line(fetched: Fetched) -> str:
    resumed = f" (resumed at {fetched.resumed:,})" if fetched.resumed else ""
    problem = f": {fetched.problem}" if fetched.problem else ""
    return f"{fetched.outcome:<8}  {fetched.size:>12,}  {fetched.key}{resumed}{problem}"


def _fetched_data(fetched: Fetched) -> dict[str, object]:
    return {
        "key": fetched.key,
        "file": str(fetched.file),
        "outcome": fetched.outcome,
        "size": fetched.size,
        "resumed": fetched.resumed,
        "problem": fetched.problem,
    }


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _text(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
