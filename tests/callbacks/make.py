"""Callbacks as GME would send them, and a receiver that runs for one test."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gme_recording.api.credentials import Secret
from gme_recording.callbacks.event import Event, parse
from gme_recording.callbacks.keys import Keyring
from gme_recording.callbacks.receiver import Receiver
from gme_recording.callbacks.serve import server
from gme_recording.callbacks.signature import sign
from gme_recording.callbacks.sink import Sink
from gme_recording.callbacks.store import Arrival, Store
from gme_recording.callbacks.worker import Worker

APP = 1_400_000_001
KEY = Secret("localdemoappkey1")
OLD_KEY = Secret("localdemoappkey0")
OTHER_APP = 1_400_000_002
OTHER_KEY = Secret("localotherappkey")
PATH = "/gme/recording"
TOKEN = Secret("canary-relay-token-0123456789abcdef")
SAMPLE = (
    b'{"BizID":1400000000,"RoomID":"100","UserID":"999","TaskID":446946705284000000,"RecordMode":1,'
    b'"Timestamp":1675930605,"EventType":1,"Detail":{"SeqNo":0,"FileName":'
    b'"1400000000_100_999/2023-02-09-16-16-45_446946705284000000_audio.mp3"}}'
)
"""The vendor's (607/53749)."""


def a_body(kind: int = 1, segment: int = 0, **changes: Any) -> bytes:
    name = f"{APP}_lobby_7/2026-01-31-18-00-00_{segment}_audio.mp3"
    whole = {
        "BizID": APP,
        "RoomID": "lobby",
        "UserID": "7",
        "TaskID": 446192236330927912,
        "RecordMode": 0,
        "Timestamp": 1_769_853_600 + kind,
        "EventType": kind,
        "Detail": {"SeqNo": segment, "FileName": name},
    }
    return json.dumps({**whole, **changes}).encode()


def an_event(kind: int = 1, segment: int = 0, **changes: Any) -> Event:
    return parse(a_body(kind, segment, **changes))


def an_arrival(kind: int = 1, segment: int = 0, received: float = 1.0, **changes: Any) -> Arrival:
    body = a_body(kind, segment, **changes)
    event = parse(body)
    return Arrival(event.biz_id, body, received, event)


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    receiver: Receiver

    def post(self, body: bytes, signature: str | None = None, **headers: str) -> int:
        given = {"Signature": sign(body, KEY) if signature is None else signature, **headers}
        return self.request("POST", PATH, body, given)[0]

    def get(self, path: str) -> tuple[int, str]:
        return self.request("GET", path)

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.address, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        host, port = self.address.split(":")
        return socket.create_connection((host, int(port)), timeout=10)

    @property
    def address(self) -> str:
        return urlsplit(self.url).netloc


KEYRING = Keyring({APP: (KEY, OLD_KEY), OTHER_APP: (OTHER_KEY,)})


@contextmanager
def running(
    path: Path, sink: Sink | None = None, *, keyring: Keyring = KEYRING, relay_token: Secret | None = None
) -> Iterator[Running]:
    """The real application behind the real server, in a thread."""
    store = Store(path)
    receiver = Receiver(keyring, store, Worker(store, sink, keep_days=90))
    uvicorn = server(receiver, PATH, relay_token)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
    thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Running(url, receiver)
    finally:
        uvicorn.should_exit = True
        thread.join()
        store.close()
