"""Whatever was answered before a kill is there after it."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosClientError

from gme_recording.localcloud import process
from gme_recording.localcloud.address import Address, folder_of
from gme_recording.localcloud.assemble import SECRET_ID, SECRET_KEY

BUCKET, REGION = "rec-1250000000", "ap-guangzhou"
WRITES = 60
"""Answered before the kill, by each of the writers."""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    process.stop(tmp_path)


def cos(url: str) -> CosS3Client:
    config = CosConfig(
        Region=REGION,
        SecretId=SECRET_ID,
        SecretKey=SECRET_KEY,
        Scheme="http",
        Proxies={"http": url},
        Timeout=10,
        AutoSwitchDomainOnRetry=False,
    )
    return CosS3Client(config, retry=0)


def content(number: int) -> bytes:
    return str(number).encode() * (1 + number % 7 * 2_000)


def web(url: str, method: str, path: str, body: object = None) -> Any:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    with closing(connection):
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200
        return json.loads(answer.read())


class Writers:
    """One writes objects, three to a key, one enters rooms; they note what was answered."""

    def __init__(self, address: Address, objects: dict[str, set[bytes]]) -> None:
        self._address = address
        self.objects = objects
        """By key: what may be in it. The write under way at the kill may have come through."""
        self.rooms: list[object] = []
        self._enough = threading.Semaphore(0)
        self._threads = [threading.Thread(target=work) for work in (self._objects, self._players)]

    def until_killed(self) -> None:
        for thread in self._threads:
            thread.start()
        for _ in range(2 * WRITES):
            assert self._enough.acquire(timeout=30)
        os.kill(self._address.pid, signal.SIGKILL)
        os.waitpid(self._address.pid, 0)
        for thread in self._threads:
            thread.join()

    def _objects(self) -> None:
        client = cos(self._address.url)
        with suppress(CosClientError):
            for number in range(10_000):
                key, body = f"a/{number - number % 3}", content(number)
                self.objects.setdefault(key, set()).add(body)
                client.put_object(Bucket=BUCKET, Key=key, Body=body)
                self.objects[key] = {body}
                self._enough.release()

    def _players(self) -> None:
        with suppress(OSError, HTTPException):
            for number in range(10_000):
                seat = {"bizId": 1400000001, "roomId": f"room-{number}", "userId": "7"}
                web(self._address.url, "POST", "/admin/rooms/join", seat)
                self.rooms.append(seat["roomId"])
                self._enough.release()


def test_a_kill_in_a_stream_of_writes_loses_nothing_that_was_answered(root: Path) -> None:
    address = process.start(root)
    cos(address.url).create_bucket(Bucket=BUCKET)
    objects: dict[str, set[bytes]] = {}
    for _ in range(2):
        writers = Writers(address, objects)
        writers.until_killed()
        address = process.start(root)
        client = cos(address.url)
        last = list(objects)[-1]
        for key, bodies in objects.items():
            if key != last or client.object_exists(Bucket=BUCKET, Key=key):
                stored = client.get_object(Bucket=BUCKET, Key=key)["Body"].get_raw_stream().read()
                assert stored in bodies
                objects[key] = {stored}
        assert {room["roomId"] for room in web(address.url, "GET", "/admin/rooms")} >= set(writers.rooms)
    log = (folder_of(root) / "log.txt").read_text()
    assert "ERROR" not in log
