"""The cloud as a whole: alive, its time, its requests, a fresh start."""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import timedelta

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import camel
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE
from gme_recording.localcloud.services.admin.routes import ADMIN

VERSION = "0.1.0"
"""Of the project; importlib.metadata would cost the first answer 40 ms."""


@ADMIN.operation("Health", match="GET /healthz")
def health(call: Call) -> dict[str, object]:
    return {"ok": True, "pid": os.getpid(), "version": VERSION, "now": call.now.isoformat()}


@ADMIN.operation("GetClock", match="GET /admin/clock")
def get_clock(call: Call) -> dict[str, str]:
    return {"now": call.now.isoformat()}


@ADMIN.operation("AdvanceClock", match="POST /admin/clock", refuses=(INVALID_VALUE,))
def advance_clock(call: Call, *, advance: float) -> dict[str, str]:
    """Move virtual time forward by seconds; what becomes due on the way happens before the answer."""
    try:
        call.cloud.clock.advance(timedelta(seconds=advance))
    except (ValueError, OverflowError):
        allowed = "0 and more seconds, to 100 years ahead of the machine's clock; a reset brings it back"
        raise INVALID_VALUE(name="advance", found=advance, allowed=allowed) from None
    return {"now": call.cloud.clock.now().isoformat()}


@ADMIN.operation("ListRequests", match="GET /admin/requests")
def list_requests(call: Call) -> list[dict[str, object]]:
    """The newest requests, oldest first."""
    lines = ({**asdict(seen), "at": seen.at.isoformat()} for seen in call.cloud.seen)
    return [{camel(name): value for name, value in line.items()} for line in lines]


@ADMIN.operation("Reset", match="POST /admin/reset")
def reset(call: Call) -> dict[str, bool]:
    """Forget everything: a fresh cloud in real time."""
    call.cloud.reset()
    return {"ok": True}
