"""Lists that CAM gives page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service

ROWS = 200
"""The most that CAM puts on a page."""


def listed(cam: Service, action: str, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every row of a list; pages are asked for as they are needed."""
    for page in count(1):
        answer = cam.call(action, {**parameters, "Page": page, "Rp": ROWS}, Repeat.HARMLESS)
        rows = answer.get("List") or ()
        yield from rows
        if len(rows) < ROWS:
            return
