"""Bytes of objects: one file each, named by a random id, so that no key ever becomes a path. Those that are
few, or repeat a short unit, need no file.

A file is complete before the row that names it is committed, and goes only after the row that named it
is gone for good: a kill in between leaves at most a file that nobody names.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from gme_recording.localcloud.clock import job
from gme_recording.localcloud.services.cos.repeated import Body, Repeated, of_recipe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from gme_recording.localcloud.cloud import Call

_DISCARD = "cos.discard"


SMALL_BYTES = 2048
"""Up to here the id says the bytes themselves: making a file takes longer than all the rest of a PUT."""


def write(call: Call, body: Body) -> str:
    """Keep the bytes; returns their id. No bytes have an empty id; few or repeated ones need no file."""
    if not body:
        return ""
    if isinstance(body, bytes) and len(body) <= SMALL_BYTES:
        body = Repeated(body, 1)
    if isinstance(body, Repeated):
        return body.recipe
    content = os.urandom(16).hex()
    path = _path(call, content)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(body)
    unfinished.rename(path)
    return content


def read(call: Call, content: str, start: int = 0, end: int | None = None) -> bytes:
    """The bytes from `start` up to `end`, which is not included."""
    if not content:
        return b""
    if repeated := of_recipe(content):
        return repeated.read(start, len(repeated) if end is None else end)
    with _path(call, content).open("rb") as file:
        file.seek(start)
        return file.read(-1 if end is None else end - start)


def duplicate(call: Call, content: str) -> str:
    """The same bytes under an id of their own, which take no space of their own."""
    if not content or of_recipe(content):
        return content
    copied = os.urandom(16).hex()
    path = _path(call, copied)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.link(_path(call, content), path)
    return copied


def discard(call: Call, contents: Iterable[str]) -> None:
    """Remove the bytes once the transaction under way is committed."""
    if gone := " ".join(content for content in contents if content and not of_recipe(content)):
        call.later(timedelta(0), _DISCARD, gone)


@job(_DISCARD)
def _remove(call: Call, contents: str) -> None:
    for content in contents.split():
        _path(call, content).unlink(missing_ok=True)


def _path(call: Call, content: str) -> Path:
    return call.cloud.files / content[:2] / content
