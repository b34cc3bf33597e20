"""What leaves the cloud: HTTP POSTs that wait in the store until their transaction is committed.

Only loopback is really called; a message to any other host is captured, for the local cloud never calls out.
Tries follow the virtual clock; how often and when is our own policy, the vendor's is not published.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit
from weakref import WeakKeyDictionary

from gme_recording.localcloud.clock import job, schedule
from gme_recording.localcloud.networks import is_loopback
from gme_recording.localcloud.store import Record, Store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.cloud import Call, Cloud

RETRY_AFTER = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30))
TIMEOUT_SECONDS = 5.0

_BELLS: WeakKeyDictionary[Store, asyncio.Event] = WeakKeyDictionary()
"""Of the clouds that are delivering."""

PENDING, DELIVERED, CAPTURED = "pending", "delivered", "captured"


@dataclass(frozen=True, slots=True)
class Message(Record):
    KEY = ("message_id",)
    message_id: str
    url: str
    headers: dict[str, str]
    body: str
    due: datetime | None
    """Of the next try; None when there is none to come."""
    then: str = ""
    """Job that runs, with the message's id as its key, when the message has got through."""
    outcome: str = PENDING
    releases: str = ""
    """Id of a message that leaves when this one has got through or is given up."""


@dataclass(frozen=True, slots=True)
class Attempt(Record):
    KEY = ("message_id", "number")
    message_id: str
    number: int
    at: datetime
    outcome: str


RECORDS = (Message, Attempt)


def post(store: Store, message: Message) -> None:
    """Let a message leave when it is due, once the transaction is committed."""
    store.add(message)
    if message.due:
        schedule(store, message.due, "outbox.ring", message.message_id)


async def deliver(cloud: Cloud) -> None:
    """Send what is due, for ever; cancel it to stop. A slow receiver holds up nothing but its own message."""
    bell = _BELLS[cloud.store] = asyncio.Event()
    flying: dict[tuple[str, datetime | None], asyncio.Task[None]] = {}
    try:
        while True:
            bell.clear()
            flying = {of: task for of, task in flying.items() if not task.done()}
            for message in _due(cloud.store, cloud.clock.now()):
                if (of := (message.message_id, message.due)) not in flying:
                    flying[of] = asyncio.create_task(_send(cloud, message))
            await bell.wait()
    finally:
        for task in flying.values():
            task.cancel()
        await asyncio.gather(*flying.values(), return_exceptions=True)


@job("outbox.ring")
def ring(call: Call, _message_id: str) -> None:
    """Wake `deliver`, which looks after the transaction of this job."""
    if bell := _BELLS.get(call.store):
        bell.set()


def _due(store: Store, now: datetime) -> list[Message]:
    return store.query(Message, "due <= ? ORDER BY due, message_id", [now.timestamp()])


async def _send(cloud: Cloud, message: Message) -> None:
    url = urlsplit(message.url)
    outcome = (
        await _post(url, message.headers, message.body.encode())
        if is_loopback(url.hostname or "")
        else CAPTURED
    )
    with cloud.store.transaction():
        if cloud.store.find(Message, message_id=message.message_id) == message:
            settle(cloud.store, message, outcome, cloud.clock.now())
    cloud.run_due()


def settle(store: Store, message: Message, outcome: str, now: datetime) -> None:
    """Note how a try went: plan the next one, or let go what waits for this one, and run what follows."""
    tries = len(store.select(Attempt, message_id=message.message_id))
    store.add(Attempt(message.message_id, tries, now, outcome))
    through = outcome in (DELIVERED, CAPTURED)
    message = replace(message, outcome=outcome)
    if not through and tries < len(RETRY_AFTER):
        _send_at(store, message, now + RETRY_AFTER[tries])
        return
    store.put(replace(message, due=None))
    if message.releases and (held := store.find(Message, message_id=message.releases)):
        _send_at(store, held, now)
    if through and message.then:
        schedule(store, now, message.then, message.message_id)


def _send_at(store: Store, message: Message, due: datetime) -> None:
    store.put(replace(message, due=due))
    schedule(store, due, "outbox.ring", message.message_id)


async def _post(url: SplitResult, headers: Mapping[str, str], body: bytes) -> str:
    """`delivered` for a 2xx answer, otherwise `failed: …`."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            status = await _exchange(url, headers, body)
    except TimeoutError:
        return f"failed: no answer within {TIMEOUT_SECONDS:g} s"
    except (OSError, EOFError, ValueError, IndexError, asyncio.LimitOverrunError) as error:
        return f"failed: {str(error) or type(error).__name__}"
    return DELIVERED if 200 <= status < 300 else f"failed: HTTP {status}"


async def _exchange(url: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
    """Asyncio rather than `http.client` in a thread: a hanging receiver is cancelled when the cloud stops."""
    tls = url.scheme == "https"
    reader, writer = await asyncio.open_connection(
        url.hostname, url.port or (443 if tls else 80), ssl=tls or None
    )
    try:
        target = (url.path or "/") + (f"?{url.query}" if url.query else "")
        lines = [f"POST {target} HTTP/1.1", f"Host: {url.netloc.rpartition('@')[2]}", "Connection: close"]
        lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        return int((await reader.readuntil(b"\r\n")).split()[1])
    finally:
        writer.close()
