"""Whether the console's recording service takes requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.api.errors import ROOM_NOT_FOUND

if TYPE_CHECKING:
    from gme_recording.smoke.model import Run


def activated(run: Run) -> str:
    """StartRecord on an absent room is refused for the room, not for the service."""
    refusal = run.gme.probe(run.target.biz_id)
    if refusal is None:
        return "takes requests"
    if refusal.code != ROOM_NOT_FOUND:
        raise refusal
    return f"takes requests, request {refusal.request_id}"
