"""One client's connection: HTTP/1.1 in the forward proxy's form, in the origin's, and through a tunnel.

`http://host/path` on the request line is a client that uses us as its proxy: that leg stands for TLS, so the
request counts as secure. `/path` goes to the host of the Host header. `CONNECT host:443` opens a tunnel whose
other end we are ourselves, with a certificate of our own authority; there is none to hosts that are not the
vendor's. A response leaves in one write: a client that waits for the second half of a split one pays 40 ms
(delayed acknowledgement).
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from socket import IPPROTO_TCP, SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, cast

import httptools

from gme_recording.localcloud.messages import Delivery, Request, Response

if TYPE_CHECKING:
    from ssl import SSLContext

LOOPBACK = "127.0.0.1"
MAX_HEADER_BYTES = 64 * 1024
"""Request line and headers."""
MAX_BODY_BYTES = 256 * 1024 * 1024
HEADER_SECONDS = 15
"""From the first byte of a request to the end of its headers; also for a TLS handshake."""
BODY_SECONDS = 300
IDLE_SECONDS = 75
"""Between two requests on one connection."""

_ABSOLUTE = re.compile(r"(https?)://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
_LINE_BREAK = re.compile(r"[\r\n\0]+")
_REASONS = {status.value: status.phrase for status in HTTPStatus}
_BODILESS = frozenset({204, 304})
_AT_ONCE = struct.pack("ii", 1, 0)
"""Of `SO_LINGER`: closing resets the connection."""
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
_NO_TUNNEL = (
    b"The local cloud opens tunnels (CONNECT) to the vendor's hosts at port 443 only; it reaches no other.\n"
)
_NO_UPGRADE = b"The local cloud speaks HTTP/1.1 and upgrades to nothing else.\n"
_MISDIRECTED = b"This tunnel leads to another host than the request names.\n"
_TOO_LARGE = b"The body is larger than the local cloud takes in one request (256 MiB).\n"


@dataclass(frozen=True, slots=True)
class Front:
    """What all connections of a port share."""

    handle: Callable[[Request], Response]
    tls: Callable[[str], SSLContext | None]
    """TLS as a host; None where no tunnel may lead."""
    connections: set[Connection]
    """Those that are open."""


class _Rejected(Exception):
    """A request that does not reach the cloud."""

    def __init__(self, status: int, text: bytes) -> None:
        super().__init__(text.decode())
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class Answer:
    data: bytes
    """None at all: the connection is reset."""
    keep: bool
    at: float
    """When it may leave, by the loop's clock."""


class Connection(asyncio.Protocol):
    """One client: bytes to requests, responses to bytes."""

    _transport: asyncio.Transport

    def __init__(self, front: Front, tunnel: str = "") -> None:
        """`tunnel` is the host to which a connection inside TLS leads."""
        self._front = front
        self._tunnel = tunnel
        self._handshake: asyncio.Task[None] | None = None
        self._made = False
        self._early = b""
        self._scheme = "https" if tunnel else "http"
        self._parser = httptools.HttpRequestParser(self)
        self._client = LOOPBACK
        self._tls = ""
        self._loop = asyncio.get_running_loop()
        self._answers: deque[Answer] = deque()
        self._congested = False
        self._deadline: asyncio.TimerHandle | None = None
        self._forget()

    def _forget(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._header_bytes = 0
        self._body: list[bytes] = []
        self._body_bytes = 0

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._client = transport.get_extra_info("peername")[0]
        if encrypted := transport.get_extra_info("ssl_object"):
            self._tls = encrypted.version().removeprefix("TLSv")
        self._made = True
        self._front.connections.add(self)
        self._within(IDLE_SECONDS)
        if self._early:
            self.data_received(self._early)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._front.connections.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()

    def data_received(self, data: bytes) -> None:
        if not self._made:  # the first bytes in a tunnel may come with the end of the handshake
            self._early += data
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrade()
        except httptools.HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, _Rejected):
                self._reject(cause.status, cause.text)
            else:
                self._reject(400, b"This is not HTTP/1.1.\n")

    def pause_writing(self) -> None:
        self._congested = True
        self._regulate()

    def resume_writing(self) -> None:
        self._congested = False
        self._regulate()

    def _regulate(self) -> None:
        """Who does not take answers may not ask on."""
        if self._transport.is_closing():
            return
        if self._answers or self._congested:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def abort(self) -> None:
        self._transport.abort()

    def _within(self, seconds: float) -> None:
        """What we wait for must come in that time."""
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._loop.call_later(seconds, self.abort)

    # httptools' side

    def on_message_begin(self) -> None:
        self._forget()
        self._within(HEADER_SECONDS)

    def on_url(self, url: bytes) -> None:
        self._count_header(len(url))
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count_header(len(name) + len(value))
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        if int(self._headers.get("content-length", "0")) > MAX_BODY_BYTES:
            raise _Rejected(413, _TOO_LARGE)
        self._within(BODY_SECONDS)
        self._acknowledge()
        if self._headers.get("expect", "").lower() == "100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _acknowledge(self) -> None:
        """At once. Clients that have a proxy send the body when the headers are acknowledged (urllib3 leaves
        Nagle's algorithm on for them), which the kernel puts off by 40 ms; Linux can be told not to.
        """
        if _QUICK_ACK is not None and "content-length" in self._headers:
            self._transport.get_extra_info("socket").setsockopt(IPPROTO_TCP, _QUICK_ACK, 1)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._body_bytes > MAX_BODY_BYTES:
            raise _Rejected(413, _TOO_LARGE)
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade():
            return
        method = self._parser.get_method().decode()
        response = self._front.handle(self._request(method))
        keep = self._parser.should_keep_alive() and response.delivery is Delivery.WHOLE
        head, body = _parts(response, head=method == "HEAD", keep=keep)
        if response.delivery is Delivery.TRUNCATED:
            head, body = (head, body[: len(body) // 2]) if body else (b"HTTP/1.1 ", b"")
        elif response.delivery is Delivery.RESET:
            head, body = b"", b""
        self._answers.append(Answer(head + body, keep, self._loop.time() + response.after_seconds))
        if len(self._answers) == 1:
            self._answer()

    def _answer(self) -> None:
        """Send what is ready, in the order of the requests."""
        while self._answers and not self._transport.is_closing():
            answer = self._answers[0]
            if (wait := answer.at - self._loop.time()) > 0:
                self._within(BODY_SECONDS)
                self._loop.call_later(wait, self._answer)
                break
            self._answers.popleft()
            self._send(answer)
        self._regulate()

    def _send(self, answer: Answer) -> None:
        if not answer.data:
            self._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _AT_ONCE)
            self.abort()
            return
        self._transport.write(answer.data)
        if answer.keep:
            self._within(IDLE_SECONDS)
        else:
            self._transport.close()

    def _request(self, method: str) -> Request:
        target = self._target.decode("latin-1")
        absolute = _ABSOLUTE.fullmatch(target)
        scheme, authority, target = (
            absolute.groups() if absolute else (self._scheme, self._headers.get("host", ""), target)
        )
        path, _, query = target.partition("?")
        host = authority.lower().removesuffix(":443" if scheme.lower() == "https" else ":80")
        if self._tunnel not in {"", host}:
            raise _Rejected(421, _MISDIRECTED)
        return Request(
            method,
            host,
            path or "/",
            query,
            self._headers,
            b"".join(self._body),
            secure=absolute is not None or bool(self._tunnel),
            tls=self._tls,
            client=self._client,
        )

    def _upgrade(self) -> None:
        if self._parser.get_method() != b"CONNECT":
            self._reject(501, _NO_UPGRADE)
            return
        host, _, port = self._target.decode("latin-1").lower().rpartition(":")
        tls = self._front.tls(host) if port == "443" and not self._tunnel else None
        if tls is None:
            self._reject(403, _NO_TUNNEL)
            return
        self._transport.pause_reading()
        self._transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._handshake = self._loop.create_task(self._encrypt(host, tls))

    async def _encrypt(self, host: str, tls: SSLContext) -> None:
        """Hand over to a connection inside TLS."""
        inside = Connection(self._front, host)
        try:
            transport = await self._loop.start_tls(
                self._transport, inside, tls, server_side=True, ssl_handshake_timeout=HEADER_SECONDS
            )
        except OSError:
            self.abort()  # it does not trust our authority, or it left
        else:
            assert transport is not None, "there is one after a handshake"
            inside.connection_made(transport)
        finally:
            self.connection_lost(None)

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > MAX_HEADER_BYTES:
            raise _Rejected(431, b"The headers are larger than 64 KiB.\n")

    def _reject(self, status: int, text: bytes) -> None:
        self._transport.write(b"".join(_parts(Response(status, body=text), head=False, keep=False)))
        self._transport.close()


def _parts(response: Response, *, head: bool, keep: bool) -> tuple[bytes, bytes]:
    """Headers and body as they are sent."""
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, '')}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    if response.status not in _BODILESS and not any(
        n.lower() == "content-length" for n, _ in response.headers
    ):
        lines.append(f"Content-Length: {len(response.body)}")
    if not keep:
        lines.append("Connection: close")
    lines = [_LINE_BREAK.sub(" ", line) for line in lines]  # whatever a client had us repeat
    start = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
    return start, b"" if head or response.status in _BODILESS else response.body
