"""What a request makes its answer depend on: ranges and preconditions (pure; RFC 9110)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects import http_date
from gme_recording.localcloud.services.cos.errors import INVALID_RANGE, NOT_MODIFIED, PRECONDITION_FAILED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_RANGE = re.compile(r"bytes=(\d{0,99})-(\d{0,99})", re.ASCII)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and end (not included) of what is wanted; None for everything, also where the header is no range.

    Raises InvalidRange where nothing of it exists.
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        last = int(found[2]) if found[2] else size - 1
        if last < start and found[2]:
            return None
        end = min(last + 1, size)
    if start >= end:
        raise INVALID_RANGE(range=header)
    return start, end


def check(headers: Mapping[str, str], etag: str, modified: datetime, prefix: str = "") -> None:
    """Raises PreconditionFailed or NotModified. With `prefix`, those about the source of a copy are meant."""
    match, none_match = headers.get(f"{prefix}if-match"), headers.get(f"{prefix}if-none-match")
    changed = _later(modified, headers.get(f"{prefix}if-modified-since"))
    unchanged = _later(modified, headers.get(f"{prefix}if-unmodified-since"))
    if match is not None and not _names(match, etag):
        raise PRECONDITION_FAILED(header="If-Match")
    if match is None and unchanged is True:
        raise PRECONDITION_FAILED(header="If-Unmodified-Since")
    stale = _names(none_match, etag) if none_match is not None else changed is False
    if stale and prefix:
        raise PRECONDITION_FAILED(header="If-None-Match" if none_match is not None else "If-Modified-Since")
    if stale:
        raise NOT_MODIFIED(etag=etag)


def _names(header: str, etag: str) -> bool:
    return any(tag.strip().removeprefix("W/").strip('"') in {etag, "*"} for tag in header.split(","))


def _later(modified: datetime, header: str | None) -> bool | None:
    """Whether it was changed after the header's date; None where there is no date."""
    if header is None:
        return None
    date = http_date.parse(header)
    return None if date is None else modified.replace(microsecond=0) > date
