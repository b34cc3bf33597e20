"""The receiver as a process: socket, lock, signals, and connections that are given up when they are slow."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from gme_recording.callbacks.receiver import Receiver, application
from gme_recording.callbacks.store import Store, unusable
from gme_recording.callbacks.worker import Worker
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    import asyncio

    from gme_recording.api.credentials import Secret
    from gme_recording.callbacks.keys import Keyring
    from gme_recording.callbacks.sink import Sink

HEAD_SECONDS = 5.0
"""How long a request's head may take to arrive, and what is still sent of a body after its answer."""
IDLE_SECONDS = 30
"""How long a connection may wait for its next request."""
STOP_SECONDS = 10
"""How long requests may take to end after the signal to stop."""
MOST_CONNECTIONS = 512
"""Further ones are answered 503."""
BACKLOG = 2048

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the receiver is run."""

    host: str
    port: int
    """0: any free one."""
    path: str
    store: Path
    keep_days: int
    sink: Sink | None = None
    relay_token: Secret | None = None
    """Opens the relay; without one there is none."""


class Connection(H11Protocol):
    """Uvicorn's protocol limits the size of a request's head; this one limits its time, too."""

    _giving_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        answered = getattr(self.cycle, "response_complete", False)  # there is no cycle before the first head
        if self.conn.their_state is h11.IDLE or answered:
            self._wait()
        else:
            self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        self._go_on()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._giving_up is None:
            self._giving_up = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _go_on(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None


def serve(options: Options, load_keys: Callable[[], Keyring], ready: Callable[[str], None]) -> None:
    """Receive until SIGTERM or SIGINT; `ready` gets the URL. On SIGHUP the keys are loaded again.

    Raises UserError if the address is taken or another receiver uses the database.
    """
    keyring = load_keys()
    with _locked(options.store), _listening(options) as listener, closing(Store(options.store)) as store:
        receiver = Receiver(keyring, store, Worker(store, options.sink, keep_days=options.keep_days))
        running = server(receiver, options.path, options.relay_token)
        with _signals(running, receiver, load_keys):
            ready(_url(listener, options.path))
            _tell_the_service_manager()
            running.run(sockets=[listener])


def server(receiver: Receiver, path: str, relay_token: Secret | None = None) -> uvicorn.Server:
    """Return the server, to be run on a socket that listens."""
    config = uvicorn.Config(
        application(receiver, path, relay_token),
        http=Connection,
        ws="none",
        loop="asyncio",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    return uvicorn.Server(config)


@contextmanager
def _locked(store: Path) -> Iterator[None]:
    """Two receivers would hand every event over twice; the lock goes with the process, however it ends."""
    lock = store.with_name(store.name + ".lock")
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise unusable(store, error) from None
    try:
        _lock(descriptor, store)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, store: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError(
            f"another receiver uses {store}",
            hint="stop it, or name another file with --store",
            exit_code=ExitCode.UNAVAILABLE,
        ) from None


@contextmanager
def _listening(options: Options) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        listener = socket.create_server((options.host, options.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UserError(
            f"cannot listen on {options.host} port {options.port}: {error.strerror or error}",
            hint="choose another --port, or a --host of this machine",
            exit_code=ExitCode.UNAVAILABLE,
        ) from None
    with listener:
        # inherited by connections; asyncio does it only for sockets made with an explicit protocol, and
        # without it every answer on a connection that is kept open waits 40 ms for the client's ACK
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


@contextmanager
def _signals(running: uvicorn.Server, receiver: Receiver, load_keys: Callable[[], Keyring]) -> Iterator[None]:
    """Uvicorn stops by itself on SIGTERM and SIGINT, then sends them on: to here, where they end nothing."""

    def stop(*_: object) -> None:
        running.should_exit = True

    def reload(*_: object) -> None:
        try:
            receiver.keyring = load_keys()
        except UserError as error:
            log.error("the keys stay as they were: %s", error)  # noqa: TRY400 - it says all there is
        else:
            log.warning("keys loaded again: %d applications", len(receiver.keyring.keys))

    handlers = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell_the_service_manager() -> None:
    """Say that it listens, to the systemd that started it as a service that says so: sd_notify(3)."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto(b"READY=1", f"\0{address[1:]}" if address.startswith("@") else address)


def _url(listener: socket.socket, path: str) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"
