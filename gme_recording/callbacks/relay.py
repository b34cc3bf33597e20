"""The receiver's answer to a smoke test: which verified events of a task have come, and what was refused.

There only where a token is configured, and only for those who show it. The caller asks about so many seconds
before now, so that its clock and the receiver's need not agree.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import sqlite3
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from gme_recording.callbacks.event import GREATEST, GREATEST_TASK_ID
from gme_recording.callbacks.store import Selection
from gme_recording.callbacks.told import Heard, Refusals, Told, digest

if TYPE_CHECKING:
    from starlette.requests import Request

    from gme_recording.api.credentials import Secret
    from gme_recording.callbacks.receiver import Receiver

SUFFIX = "/relay"
"""Of the callbacks' path."""
MOST_EVENTS = 200
"""The newest; a smoke test makes six."""
MOST_REFUSALS = 1000
"""Remembered for each reason."""
MOST_ANSWERS, WITHIN_SECONDS = 20, 1.0
LONGEST_SECONDS = 86_400
_QUESTION = "ask for ?bizId=<number>&taskId=<number>&seconds=<number>"

log = logging.getLogger(__name__)


class RecentRefusals:
    """When requests were refused, and why: the last ones. Belongs to one event loop."""

    def __init__(self) -> None:
        self._times: dict[tuple[int, str], deque[float]] = {}

    def note(self, status: int, reason: str, now: float) -> None:
        """Remember a refusal; there are few reasons, all of them the receiver's own words."""
        self._times.setdefault((status, reason), deque(maxlen=MOST_REFUSALS)).append(now)

    def since(self, moment: float) -> tuple[Refusals, ...]:
        """Count by reason what was refused from then on."""
        counts = {why: sum(time >= moment for time in times) for why, times in self._times.items()}
        return tuple(Refusals(*why, count) for why, count in sorted(counts.items()) if count)


class Relay:
    """Tells of one receiver. Belongs to one event loop."""

    def __init__(self, receiver: Receiver, token: Secret) -> None:
        self._receiver = receiver
        self._wanted = f"Bearer {token.reveal()}".encode()
        self._answered: deque[float] = deque(maxlen=MOST_ANSWERS)

    async def tell(self, request: Request) -> Response:
        """Answer with what `told.Told` holds: 401 without the token, 429 if asked too often."""
        given = request.headers.getlist("authorization")
        if len(given) != 1 or not hmac.compare_digest(given[0].encode("latin-1"), self._wanted):
            log.warning("the relay was asked without its token")
            return _refusal(401, "the relay's token is needed", {"WWW-Authenticate": "Bearer"})
        now = asyncio.get_running_loop().time()
        if len(self._answered) == MOST_ANSWERS and now - self._answered[0] < WITHIN_SECONDS:
            return _refusal(429, "asked too often", {"Retry-After": "1"})
        self._answered.append(now)
        asked = request.query_params
        biz_id = _number(asked.get("bizId"), GREATEST)
        task_id = _number(asked.get("taskId"), GREATEST_TASK_ID)
        seconds = _number(asked.get("seconds"), LONGEST_SECONDS)
        if biz_id is None or task_id is None or seconds is None:
            return _refusal(400, _QUESTION)
        try:
            events = await asyncio.to_thread(self._events, biz_id, task_id)
        except sqlite3.Error:
            return _refusal(503, "the database cannot be read")
        receiver = self._receiver
        refused = receiver.refusals.since(receiver.clock() - seconds)
        told = Told(biz_id in receiver.keyring.keys, events, refused)
        return JSONResponse(told.data(), headers={"Cache-Control": "no-store"})

    def _events(self, biz_id: int, task_id: int) -> frozenset[Heard]:
        chosen = self._receiver.store.events(Selection(biz_id=biz_id, task_id=str(task_id)))
        return frozenset(Heard(event.kind, digest(event.file)) for event in islice(chosen, MOST_EVENTS))


def _number(text: str | None, greatest: int) -> int | None:
    if not (text and text.isascii() and text.isdigit() and len(text) <= len(str(greatest))):
        return None
    return number if (number := int(text)) <= greatest else None


def _refusal(status: int, problem: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"problem": problem}, status, headers)
