"""Where events go: a file of JSON lines, or an address of one's own that takes a POST."""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from gme_recording.callbacks.event import MIXED, Event, Kind
from gme_recording.errors import ExitCode, UserError

POST_SECONDS = 5.0
SUCCESS = range(200, 300)

Sink = Callable[[Event], None]
"""Takes one event, or raises OSError. May get the same event twice (same `id`), and in any order."""


class NotTaken(OSError):
    """The address answered, but not with success."""


def sink(where: str) -> Sink:
    """Return the sink that a person means: a URL, or a file to append to."""
    if "://" not in where:
        return _Append(Path(where))
    try:
        parts = urlsplit(where)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in parts.netloc:
        raise UserError(
            "--forward takes a file, or an http:// or https:// URL without user and password",
            hint="--forward events.jsonl or --forward http://127.0.0.1:9000/recordings",
            exit_code=ExitCode.INPUT,
        )
    return _Post(parts)


def message(event: Event) -> dict[str, object]:
    """Return what a sink gets: the kind in words where it is known, and the task's id as text."""
    return {
        "id": event.id,
        "kind": Kind(event.kind).name.lower() if event.kind in set(Kind) else str(event.kind),
        "bizId": event.biz_id,
        "roomId": event.room_id,
        "userId": event.user_id,
        "taskId": event.task_id,
        "mixed": event.mode == MIXED,
        "segment": event.segment,
        "file": event.file,
        "sent": event.sent,
    }


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _Append:
    """Appends a line and waits for the disk. The file may be rotated at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, event: Event) -> None:
        line = json.dumps(message(event), ensure_ascii=False).encode() + b"\n"
        with open(self._path, "a+b", opener=_private) as file:
            if file.seek(0, os.SEEK_END) and _last_byte(file.fileno()) != b"\n":
                line = b"\n" + line  # a crash has cut the line before
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


class _Post:
    """POSTs to one address; redirects are not followed. The header `Webhook-Id` is the event's id."""

    def __init__(self, parts: SplitResult) -> None:
        secure = parts.scheme == "https"
        self._connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._address = parts.netloc
        self._target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def __call__(self, event: Event) -> None:
        body = json.dumps(message(event), ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Webhook-Id": event.id}
        with closing(self._connect(self._address, timeout=POST_SECONDS)) as connection:
            try:
                connection.request("POST", self._target, body, headers)
                status = connection.getresponse().status
            except http.client.HTTPException as error:
                raise NotTaken(f"no HTTP answer: {type(error).__name__}") from None
        if status not in SUCCESS:
            raise NotTaken(f"HTTP {status}")


def _last_byte(descriptor: int) -> bytes:
    return os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1)
