"""A proxy on loopback that answers what it is told, so that the vendor's SDKs run for real."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gme_recording.api import Cloud, CloudKind
from gme_recording.api import retry as retry_module
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    action: str
    body: bytes
    signed: bool

    @property
    def parameters(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    drop: bool = False
    """Close the connection after the request was read: it may have been performed."""
    pause: float = 0.0
    """Seconds before the answer."""


def ok(**values: Any) -> Answer:
    return _api3({**values, "RequestId": "req-1"})


def refused(code: str, message: str = "no") -> Answer:
    return _api3({"Error": {"Code": code, "Message": message}, "RequestId": "req-1"})


def xml(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status, (("Content-Type", "application/xml"),))


def _api3(response: dict[str, Any]) -> Answer:
    return Answer(
        json.dumps({"Response": response}).encode(), headers=(("Content-Type", "application/json"),)
    )


@dataclass
class Vendor:
    """What stands for the cloud: answers in order, and what was asked."""

    cloud: Cloud
    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def will(self, *answers: Answer) -> None:
        self.answers += answers

    @property
    def actions(self) -> list[str]:
        return [asked.action for asked in self.asked]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    vendor: Vendor

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = self.headers.get("X-TC-Action", "")
        signed = bool(self.headers.get("Authorization"))
        self.vendor.asked.append(Asked(self.command, self.path, action, body, signed))
        answer = self.vendor.answers.pop(0)
        time.sleep(answer.pause)
        if answer.drop:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that no longer waits is what some tests are about."""


@pytest.fixture
def vendor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setattr(retry_module, "PAUSES", (0.0, 0.0, 0.0))
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, url)
    handler.vendor = vendor = Vendor(cloud)  # type: ignore[attr-defined]
    yield vendor
    server.shutdown()
    server.server_close()
    thread.join()
    assert vendor.answers == [], "not everything that was prepared was asked for"
