"""The port: connections on loopback, work beside the requests, an alarm for what becomes due; one thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from gme_recording.localcloud.connection import LOOPBACK, Connection, Front

if TYPE_CHECKING:
    from pathlib import Path
    from ssl import SSLContext

    from gme_recording.localcloud.authority import Authority
    from gme_recording.localcloud.cloud import Cloud

LONGEST_SLEEP_SECONDS = 3600
"""Due effects are looked for at least this often: the machine's clock may be set while we sleep."""

Background = Callable[["Cloud"], Coroutine[None, None, None]]
"""Work beside the requests, for as long as the server runs."""


class Server:
    """One cloud behind one port. All its work happens in the thread of the running event loop."""

    def __init__(self, cloud: Cloud, background: Background, ca: Path) -> None:
        """`ca` is the folder of the certificate authority for https clients."""
        self._cloud = cloud
        self._background = background
        self._ca = ca
        self._authority: Authority | None = None
        self._connections: set[Connection] = set()
        self._listener: asyncio.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def listen(self, port: int) -> int:
        """Bind to loopback and accept; returns the port (0 asks for any). Raises OSError if it is taken."""
        loop = asyncio.get_running_loop()
        front = Front(self._cloud.handle, self._tls, self._connections)
        self._listener = await loop.create_server(lambda: Connection(front), LOOPBACK, port, backlog=256)
        self._task = loop.create_task(self._background(self._cloud))
        self._cloud.alarm = self._sleep
        self._cloud.run_due()
        return cast("int", self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening, drop the connections, and wait for the background work to end."""
        if self._listener is None or self._task is None:
            return
        self._cloud.alarm = lambda _: None
        self._sleep(None)
        self._listener.close()
        for connection in tuple(self._connections):
            connection.abort()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _sleep(self, until_due: timedelta | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if until_due is not None:
            seconds = min(max(until_due.total_seconds(), 0.0), LONGEST_SLEEP_SECONDS)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._cloud.run_due)

    def _tls(self, host: str) -> SSLContext | None:
        """TLS as that host; None for hosts that are not the vendor's."""
        from gme_recording.localcloud.authority import Authority, is_vendor  # noqa: PLC0415 - few need it

        if not is_vendor(host):
            return None
        self._authority = self._authority or Authority(self._ca)
        return self._authority.context(host)
