import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest

from gme_recording.localcloud import connection as connection_module
from gme_recording.localcloud.connection import Connection, Front
from gme_recording.localcloud.messages import Request, Response


class Echo:
    """A cloud's front that remembers what reached it and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.response = Response(200, (("Content-Type", "text/plain"),), b"hello")

    def handle(self, request: Request) -> Response:
        self.requests.append(request)
        return self.response


@contextmanager
def listening(echo: Echo) -> Iterator[int]:
    loop = asyncio.new_event_loop()
    front = Front(echo.handle, lambda host: None, set())
    listener = loop.run_until_complete(loop.create_server(lambda: Connection(front), "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def close() -> None:
        listener.close()
        for connection in tuple(front.connections):
            connection.abort()

    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def port(echo: Echo) -> Iterator[int]:
    with listening(echo) as port:
        yield port


def exchange(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """Everything that is answered until the other side closes; a request should say `Connection: close`."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
        answer = b""
        while data := connection.recv(65536):
            answer += data
        return answer


def parsed(raw: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


def test_an_absolute_target_is_a_proxied_request_and_counts_as_secure(port, echo):
    exchange(
        port,
        b"PUT http://Rec-1.cos.ap-guangzhou.myqcloud.com:80/a%20b?acl&x=%2F HTTP/1.1\r\nHost: ignored\r\n"
        b"Content-Length: 2\r\nConnection: close\r\nX-Twice: a\r\nX-Twice: b\r\n\r\nhi",
    )
    (request,) = echo.requests
    assert request == Request(
        "PUT",
        "rec-1.cos.ap-guangzhou.myqcloud.com",
        "/a%20b",
        "acl&x=%2F",
        {"host": "ignored", "content-length": "2", "connection": "close", "x-twice": "a, b"},
        b"hi",
        secure=True,
    )


@pytest.mark.parametrize(
    ("target", "path"),
    [("http://a.example.com", "/"), ("http://a.example.com?x", "/"), ("http://a.example.com/b", "/b")],
)
def test_an_absolute_target_may_have_no_path(port, echo, target, path):
    exchange(port, f"GET {target} HTTP/1.1\r\nHost: a.example.com\r\nConnection: close\r\n\r\n".encode())
    assert [(r.host, r.path) for r in echo.requests] == [("a.example.com", path)]


def test_a_path_goes_to_the_host_header_and_is_not_secure(port, echo):
    exchange(port, f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    (request,) = echo.requests
    assert (request.host, request.path, request.secure) == (f"127.0.0.1:{port}", "/healthz", False)


def test_the_answer_is_complete_and_in_one_piece(port):
    raw = exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert raw == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
    )


def test_a_connection_serves_many_requests(port, echo):
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    for number in range(3):
        connection.request("POST", f"/{number}", body=b"x" * number)
        assert connection.getresponse().read() == b"hello"
    connection.close()
    assert [(request.path, request.body) for request in echo.requests] == [
        ("/0", b""),
        ("/1", b"x"),
        ("/2", b"xx"),
    ]


def test_requests_sent_at_once_are_answered_in_order(port, echo):
    one = b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
    two = b"GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert exchange(port, one + two).count(b"hello") == 2
    assert [request.path for request in echo.requests] == ["/1", "/2"]


def test_a_request_may_come_in_single_bytes(port, echo):
    raw = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"
    exchange(port, *(raw[n : n + 1] for n in range(len(raw))))
    assert [(request.path, request.body) for request in echo.requests] == [("/a", b"abc")]


def test_a_body_may_come_in_chunks(port, echo):
    exchange(
        port,
        b"PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    )
    assert [request.body for request in echo.requests] == [b"abcde"]


def test_who_waits_for_permission_to_send_gets_it(port, echo):
    raw = exchange(
        port,
        b"PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
        b"Connection: close\r\n\r\n",
        b"hi",
        pause=0.05,
    )
    assert raw.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert [request.body for request in echo.requests] == [b"hi"]


def test_a_head_has_headers_and_no_body(port, echo):
    raw = exchange(port, b"HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    status, headers, body = parsed(raw)
    assert (status, headers["content-length"], body) == (200, "5", b"")
    echo.response = Response(200, (("Content-Length", "123"),))
    _, headers, body = parsed(exchange(port, b"HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    assert (headers["content-length"], body) == ("123", b"")


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_says_no_length(port, echo, status):
    echo.response = Response(status)
    found, headers, body = parsed(exchange(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    assert (found, "content-length" in headers, body) == (status, False, b"")


@pytest.mark.parametrize(
    ("raw", "status", "word"),
    [
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", 403, b"CONNECT"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 501, b"HTTP/1.1"),
    ],
)
def test_another_protocol_is_refused_in_words(port, echo, raw, status, word):
    found, _, body = parsed(exchange(port, raw))
    assert found == status
    assert word in body
    assert echo.requests == []


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"this is not http\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5368709120\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_or_too_large_is_refused(port, echo, raw, status):
    assert parsed(exchange(port, raw))[0] == status
    assert echo.requests == []


def test_a_chunked_body_is_limited_too(monkeypatch, echo):
    monkeypatch.setattr(connection_module, "MAX_BODY_BYTES", 10)
    with listening(echo) as port:
        raw = exchange(
            port, b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n"
        )
    assert parsed(raw)[0] == 413
    assert echo.requests == []


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("HEADER_SECONDS", b"GET / HTTP/1.1\r\nHost: a\r\n"),
        ("BODY_SECONDS", b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"),
        ("IDLE_SECONDS", b""),
    ],
)
def test_who_is_too_slow_is_dropped(monkeypatch, echo, limit, sent):
    monkeypatch.setattr(connection_module, limit, 0.05)
    with listening(echo) as port, socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(sent)
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
    assert echo.requests == []


def test_a_cloud_in_a_thread_answers_and_runs_what_becomes_due(local_cloud):
    connection = HTTPConnection(urlsplit(local_cloud.url).netloc, timeout=5)
    connection.request("GET", "/healthz")
    answer: HTTPResponse = connection.getresponse()
    assert (answer.status, b'"ok"' in answer.read()) == (200, True)
    connection.close()
    assert local_cloud.run(lambda cloud: cloud.clock.now()).tzinfo is not None
    with pytest.raises(ZeroDivisionError):
        local_cloud.run(lambda cloud: 1 / 0)
