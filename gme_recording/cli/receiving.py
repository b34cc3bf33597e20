"""What `callbacks serve|list|replay|verify` do between their options and their output."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gme_recording.callbacks import keys as keyrings
from gme_recording.callbacks import relay_token
from gme_recording.callbacks import verify as verifying
from gme_recording.callbacks.event import Event, Kind
from gme_recording.callbacks.history import Recorded, history
from gme_recording.callbacks.replay import replay as replay_events
from gme_recording.callbacks.sink import message, sink
from gme_recording.callbacks.store import Kept, Selection, State, Store
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.errors import ExitCode, UserError

STORE = Path(".local", "callbacks.sqlite")
EVENT_COLUMNS = ("received", "bizId", "room", "task", "event", "segment", "state", "file")
FILE_COLUMNS = ("bizId", "room", "task", "status", "not heard", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The options of `serve`."""

    host: str
    port: int
    path: str
    forward: str | None
    keep_days: int
    keys: Path | None
    store: Path | None


def serve(serving: Serving, output: Output) -> int:
    """Run the receiver in the foreground; its log goes to stderr."""
    try:
        from gme_recording.callbacks import serve as serving_module  # noqa: PLC0415 - loads a web server
    except ModuleNotFoundError as missing:
        raise UserError(
            f"the receiver needs the package {missing.name}",
            hint="pip install 'gme-recording[callbacks]'",
            exit_code=ExitCode.UNAVAILABLE,
        ) from None
    options = serving_module.Options(
        host=serving.host,
        port=serving.port,
        path=_path(serving.path),
        store=_store(serving.store),
        keep_days=serving.keep_days,
        sink=sink(serving.forward) if serving.forward else None,
        relay_token=relay_token.load(os.environ),
    )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    serving_module.serve(
        options,
        lambda: keyrings.load(serving.keys, os.environ),
        lambda url: output.show(f"receiving at {url}", {"url": url, "pid": os.getpid()}),
    )
    return ExitCode.OK


def show(store: Path | None, chosen: Selection, output: Output, *, files: bool, limit: int) -> int:
    """Show events, or files with what is known of them."""
    with _opened(store) as opened:
        if files:
            known = list(history(opened.events(chosen)).values())[:limit]
            output.show(_table(FILE_COLUMNS, map(_file_row, known)), [_file_data(one) for one in known])
        else:
            found = opened.select(chosen, limit)
            output.show(_table(EVENT_COLUMNS, map(_event_row, found)), [_event_data(one) for one in found])
    return ExitCode.OK


def replay(store: Path | None, chosen: Selection, output: Output) -> int:
    """Queue events again."""
    with _opened(store) as opened:
        count = replay_events(opened, chosen, time.time())
    output.show(f"queued again: {count}", {"queued": count})
    return ExitCode.OK


def verify(body: bytes, signature: str, keys: Path | None, output: Output) -> int:
    """Say whether a body is to be believed, and why."""
    keyring = keyrings.load(keys, os.environ)
    try:
        verified = verifying.verify(keyring, body, signature)
    except (verifying.WrongSignature, verifying.WrongApplication) as wrong:
        output.show(f"not verified: {wrong}", {"verified": False, "problem": str(wrong)})
        return ExitCode.FAILED
    match, event = verified.match, verified.event
    which = "previous" if match.previous else "current"
    told = _told(event) if event else f"but it is no event: {verified.problem}"
    output.show(
        f"verified: {which} key of application {match.biz_id}, in {match.encoding}\n{told}",
        {
            "verified": True,
            "bizId": match.biz_id,
            "key": which,
            "encoding": match.encoding,
            "event": message(event) if event else None,
            "problem": verified.problem,
        },
    )
    return ExitCode.OK if event else ExitCode.FAILED


def selection(
    *,
    biz_id: int | None,
    room_id: str | None,
    task_id: str | None,
    since: float | None,
    until: float | None,
    state: str | None,
) -> Selection:
    """Return what the options choose."""
    return Selection(biz_id, room_id, task_id, State(state) if state else None, since, until)


def _store(given: Path | None) -> Path:
    return given or project_root() / STORE


@contextmanager
def _opened(given: Path | None) -> Iterator[Store]:
    """Open a database that is there: reading makes none."""
    path = _store(given)
    if not path.is_file():
        raise UserError(
            f"{path} is not there: nothing was received yet",
            hint="gme-recording callbacks serve, or name the file with --store",
            exit_code=ExitCode.UNAVAILABLE,
        )
    store = Store(path)
    try:
        yield store
    finally:
        store.close()


def _path(given: str) -> str:
    if given.startswith("/") and not set(given) & set("{}?#"):
        return given
    raise UserError(
        f"--path {given}: a path begins with / and holds none of {{}}?#",
        hint="--path /gme/recording",
        exit_code=ExitCode.INPUT,
    )


def _event_row(kept: Kept) -> Sequence[str]:
    event = kept.event
    return (
        _time(kept.received),
        str(event.biz_id),
        event.room_id,
        event.task_id,
        str(message(event)["kind"]),
        str(event.segment),
        f"{kept.state} ({kept.error})" if kept.error else str(kept.state),
        event.file,
    )


def _event_data(kept: Kept) -> Mapping[str, object]:
    return {
        **message(kept.event),
        "received": _time(kept.received),
        "receipts": kept.receipts,
        "state": kept.state,
        "attempts": kept.attempts,
        "error": kept.error,
    }


def _file_row(recorded: Recorded) -> Sequence[str]:
    key = recorded.key
    missing = ", ".join(kind.name.lower() for kind in recorded.missing)
    return (
        str(key.biz_id),
        key.room_id,
        key.task_id,
        _status(recorded),
        missing or "-",
        key.file,
    )


def _file_data(recorded: Recorded) -> Mapping[str, object]:
    return {
        "bizId": recorded.key.biz_id,
        "roomId": recorded.key.room_id,
        "userId": recorded.key.user_id,
        "taskId": recorded.key.task_id,
        "segment": recorded.key.segment,
        "file": recorded.key.file,
        "status": _status(recorded),
        "heard": {str(kind): sent for kind, sent in sorted(recorded.heard)},
        "missing": [kind.name.lower() for kind in recorded.missing],
    }


def _status(recorded: Recorded) -> str:
    return Kind(recorded.status).name.lower() if recorded.status else "unknown"


def _told(event: Event) -> str:
    return f"{message(event)['kind']}: {event.file}, room {event.room_id}, task {event.task_id}"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell. Names may hold anything: nothing that a terminal would obey."""
    shown = [[cell if cell.isprintable() else ascii(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    )
