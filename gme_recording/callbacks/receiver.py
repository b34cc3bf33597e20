"""The web application that GME calls: verified, on disk, then answered. What follows is the worker's."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from gme_recording.callbacks.intake import Intake
from gme_recording.callbacks.metrics import CONTENT_TYPE, Metrics
from gme_recording.callbacks.relay import SUFFIX, RecentRefusals, Relay
from gme_recording.callbacks.store import Arrival
from gme_recording.callbacks.verify import WrongApplication, WrongSignature, verify

if TYPE_CHECKING:
    from gme_recording.api.credentials import Secret
    from gme_recording.callbacks.event import Event
    from gme_recording.callbacks.keys import Keyring
    from gme_recording.callbacks.store import Store
    from gme_recording.callbacks.worker import Worker

LARGEST_BODY = 64 * 1024
"""Bytes; the vendor's sample has 300."""
BODY_SECONDS = 5.0
"""How long a body may take to arrive."""
WRITE_SECONDS = 0.9
"""How long an event may take to the disk: the answer comes within a second."""
LATE_SECONDS = 300.0
"""An event that comes so long after it was sent is counted as late."""

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that is not taken, and why. Nothing of it is kept."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(slots=True)
class Receiver:
    """What the requests of one application share. `keyring` may be replaced while it runs."""

    keyring: Keyring
    store: Store
    worker: Worker
    clock: Callable[[], float] = time.time
    metrics: Metrics = field(default_factory=Metrics)
    refusals: RecentRefusals = field(default_factory=RecentRefusals)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        self.intake = Intake(self.store, queue=self.worker.has_sink)

    async def callback(self, request: Request) -> Response:
        """Take one callback: 200 once it is on disk, be it new or known."""
        began = time.perf_counter()
        try:
            status, result = 200, await self._take(request)
        except Refused as refused:
            status, result = refused.status, refused.reason
            self.refusals.note(status, result, self.clock())
            log.warning("refused: %s", result)
        self.metrics.answered(result, time.perf_counter() - began)
        return JSONResponse({"result": result}, status)

    async def metrics_page(self, _: Request) -> Response:
        stored = await asyncio.to_thread(self.store.counts)
        return PlainTextResponse(self.metrics.render(stored), media_type=CONTENT_TYPE)

    async def alive(self, _: Request) -> Response:
        """The process answers."""
        return JSONResponse({"ok": True})

    async def ready(self, _: Request) -> Response:
        """An event could be kept and handed on now."""
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await asyncio.to_thread(self.store.check)
        except (sqlite3.Error, TimeoutError):
            return JSONResponse({"ok": False, "problem": "the database cannot be written"}, 503)
        if not self.worker.running:
            return JSONResponse({"ok": False, "problem": "the worker has ended"}, 503)
        return JSONResponse({"ok": True})

    async def _take(self, request: Request) -> str:
        body = await _body(request)
        arrival = self._verified(body, request.headers.getlist("signature"))
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                new = await self.intake.put(arrival)
        except (sqlite3.Error, TimeoutError) as error:
            log.error("not kept: %s", type(error).__name__)  # noqa: TRY400 - the cause is in its name
            raise Refused(503, "not kept, send it again") from None
        return self._noted(arrival, new=new)

    def _verified(self, body: bytes, signatures: list[str]) -> Arrival:
        if len(signatures) != 1:
            raise Refused(401, "one Signature header is needed")
        try:
            verified = verify(self.keyring, body, signatures[0])
        except WrongSignature:
            raise Refused(401, "wrong signature") from None
        except WrongApplication:
            raise Refused(403, "signed by another application's key") from None
        match = verified.match
        self.metrics.signatures[match.encoding] += 1
        self.metrics.signatures["previous key"] += match.previous
        return Arrival(match.biz_id, body, self.clock(), verified.event, verified.problem)

    def _noted(self, arrival: Arrival, *, new: bool) -> str:
        if arrival.event is None:
            log.error("application %d sent what is no callback: %s", arrival.biz_id, arrival.problem)
            return "unreadable"
        if new:
            self.metrics.late += arrival.received - arrival.event.sent > LATE_SECONDS
            log.info("stored %s", _words(arrival.event))
            self.worker.wake()
        return "stored" if new else "repeated"


def application(receiver: Receiver, path: str, relay_token: Secret | None = None) -> Starlette:
    """Return the application; callbacks are taken at `path`, everything else is for operators.

    With a token the relay is there too, below that path.
    """
    at = path.rstrip("/") + SUFFIX
    relay = [Route(at, Relay(receiver, relay_token).tell, methods=["GET"])] if relay_token else []

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        writing = asyncio.create_task(receiver.intake.run())
        receiver.worker.start()
        yield
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        await asyncio.to_thread(receiver.worker.stop)

    return Starlette(
        routes=[
            Route(path, receiver.callback, methods=["POST"]),
            Route("/metrics", receiver.metrics_page),
            Route("/healthz", receiver.alive),
            Route("/readyz", receiver.ready),
            *relay,
        ],
        lifespan=running,
    )


async def _body(request: Request) -> bytes:
    """Read the raw body, within its limits of size and time."""
    if int(request.headers.get("content-length", 0)) > LARGEST_BODY:
        raise Refused(413, "body too large")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > LARGEST_BODY:
                    raise Refused(413, "body too large")
    except TimeoutError:
        raise Refused(408, "body too slow") from None
    except ClientDisconnect:
        raise Refused(400, "body cut short") from None
    return bytes(body)


def _words(event: Event) -> str:
    """What the log says of an event: no room and no user."""
    return f"{event.kind} of task {event.task_id}, application {event.biz_id}, segment {event.segment}"
