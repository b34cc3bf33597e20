"""Downloads: several at once, resumed where they stopped, checked, and complete or not there at all."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from gme_recording.api.errors import ApiError
from gme_recording.api.objects import Head
from gme_recording.api.retry import Repeat, retry

WORKERS = 4
_BLOCK_BYTES = 1024 * 1024
_MD5_DIGITS = 32


class Source(Protocol):
    """Where objects come from; `gme_recording.api.objects.Objects` is one."""

    def head(self, bucket: str, key: str) -> Head:
        """Return what is known of an object."""
        ...

    def read(self, bucket: str, key: str, *, etag: str, start: int = 0) -> Iterator[bytes]:
        """Yield its bytes from `start`."""
        ...


class Outcome(StrEnum):
    FETCHED = "fetched"
    PRESENT = "present"
    """The file was there already, with the same content."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fetched:
    """How one download ended."""

    key: str
    file: Path
    outcome: Outcome
    size: int = 0
    """Bytes of the object."""
    resumed: int = 0
    """Bytes that an earlier run had left."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """From which bucket into which folder."""

    source: Source
    bucket: str
    folder: Path
    received: Callable[[int], None] = lambda _: None
    """Told the number of bytes whenever some have come, from several threads."""


def fetch_all(download: Download, keys: Iterable[str], workers: int = WORKERS) -> Iterator[Fetched]:
    """Download keys to `<folder>/<key>`, yielding how each one ended, in the order of the keys.

    One that fails does not stop the others. At most twice as many as `workers` are looked at ahead.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="fetch") as pool:
        running: deque[Future[Fetched]] = deque()
        try:
            for key in keys:
                if len(running) >= 2 * workers:
                    yield running.popleft().result()
                running.append(pool.submit(fetch, download, key))
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def fetch(download: Download, key: str) -> Fetched:
    """Download one object. What has come of an interrupted one is kept in a `.part` file beside it."""
    file = download.folder / key
    try:
        if not file.resolve().is_relative_to(download.folder.resolve()):
            return Fetched(key, file, Outcome.FAILED, problem="the key leads out of the folder")
        return _fetch(download, key, file)
    except ApiError as error:
        return Fetched(key, file, Outcome.FAILED, problem=error.message)
    except OSError as error:
        return Fetched(key, file, Outcome.FAILED, problem=f"{error.strerror}: {error.filename or file}")


def _fetch(download: Download, key: str, file: Path) -> Fetched:
    head = download.source.head(download.bucket, key)
    if file.is_file() and file.stat().st_size == head.size and intact(file, head):
        return Fetched(key, file, Outcome.PRESENT, head.size)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{_id(head)}.part")
    had = part.stat().st_size if part.is_file() else 0
    retry(lambda: _go_on(download, key, head, part), Repeat.HARMLESS)
    if not intact(part, head):
        part.unlink()
        problem = "what came is not what COS has (checksum): try again"
        return Fetched(key, file, Outcome.FAILED, head.size, problem=problem)
    part.replace(file)
    return Fetched(key, file, Outcome.FETCHED, head.size, resumed=had)


def _go_on(download: Download, key: str, head: Head, part: Path) -> None:
    """Append what is missing, and see to it that it is on disk."""
    with part.open("ab") as out:
        if out.tell() > head.size:
            out.truncate(0)
            out.seek(0)
        if (start := out.tell()) < head.size:
            for chunk in download.source.read(download.bucket, key, etag=head.etag, start=start):
                out.write(chunk)
                download.received(len(chunk))
        out.flush()
        os.fsync(out.fileno())


def intact(file: Path, head: Head) -> bool:
    """Tell whether a file is what COS has: by CRC-64 where it is told, else by MD5 where the ETag is one."""
    if file.stat().st_size != head.size:
        return False
    if head.crc64:
        return str(_crc64(file)) == head.crc64
    if len(head.etag) == _MD5_DIGITS:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "md5").hexdigest() == head.etag.lower()
    return True


def _crc64(file: Path) -> int:
    """CRC-64/XZ, which COS calls crc64ecma; the vendor's SDK brings the package."""
    from crcmod import mkCrcFun  # type: ignore[import-untyped] # noqa: PLC0415

    update = mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, xorOut=0xFFFFFFFFFFFFFFFF, rev=True)
    value = 0
    with file.open("rb") as content:
        while block := content.read(_BLOCK_BYTES):
            value = update(block, value)
    return int(value)


def _id(head: Head) -> str:
    """Of the content: what is left of another content is never gone on with."""
    return hashlib.sha256(f"{head.etag}/{head.size}/{head.crc64}".encode()).hexdigest()[:12]
