"""From many requests at once to few writes: what waits together is written together, in one transaction.

A write to disk costs milliseconds whatever it holds, so that under load a batch costs what one event costs.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gme_recording.callbacks.store import Arrival, Store

BATCH = 500
WAITING = 4 * BATCH
"""Further arrivals wait outside, where their requests give up."""


class Intake:
    """The only way into the store for arrivals. Belongs to one event loop."""

    def __init__(self, store: Store, *, queue: bool) -> None:
        self._store = store
        self._queue = queue
        self._waiting: asyncio.Queue[tuple[Arrival, asyncio.Future[bool]]] = asyncio.Queue(WAITING)

    async def put(self, arrival: Arrival) -> bool:
        """Return once the arrival is on disk: whether it is new. Raises what the database raised."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        await self._waiting.put((arrival, written))
        return await written

    async def run(self) -> None:
        """Write what comes, for ever; cancel it when no request is left."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._write(batch)

    async def _write(self, batch: list[tuple[Arrival, asyncio.Future[bool]]]) -> None:
        arrivals = [arrival for arrival, _ in batch]
        try:
            news: list[bool] | Exception = await asyncio.to_thread(
                self._store.add, arrivals, queue=self._queue
            )
        except Exception as error:  # noqa: BLE001 - every request that waits is told
            news = error
        for place, (_, written) in enumerate(batch):
            if written.done():  # its request has given up waiting
                continue
            if isinstance(news, Exception):
                written.set_exception(news)
            else:
                written.set_result(news[place])
