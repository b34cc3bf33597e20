"""A cloud that answers from a recording: an HTTP proxy on loopback, as the local cloud is one.

The official provider asks with other SDKs, in another order and some things twice. So a request is matched
by what it means (host, method, sub-resource or action), and a step's answers to it are given in their order,
the last one again and again.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import Counter, defaultdict, deque
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

GOLDEN = Path(__file__).parents[1] / "golden"
AS_BEFORE = "(as before)"
READS = ("GET", "HEAD")


def lines(file: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )


def meaning(method: str, host: str, query: str, headers) -> tuple[str, str, str]:
    """What a request asks for, whichever SDK sent it."""
    action = headers.get("x-tc-action")
    names = sorted(name for name, _ in parse_qsl(query, keep_blank_values=True))
    return host, method, action or next((name for name in names if name in SUB_RESOURCES), "")


SUB_RESOURCES = {
    "acl", "cors", "lifecycle", "website", "encryption", "versioning", "accelerate", "logging", "tagging",
    "policy", "referer", "origin", "domain", "replication", "intelligenttiering", "versions", "delete",
}  # fmt: skip


Answers = dict[tuple[str, str, str], deque[tuple[int, str, int]]]
"""What is asked → (status, body, how often this sub-resource was written before), in order."""


class RecordedCloud:
    """Answers one scenario; `step` is the step of the recording that is being replayed."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str, str]] = []
        self.load([])

    def load(self, recorded: list[dict[str, Any]]) -> None:
        self._steps: defaultdict[str, Any] = defaultdict(lambda: defaultdict(deque))
        self._before: dict[Any, Any] = {}
        self._writes: Counter[Any] = Counter()
        self.asked = []
        texts: dict[Any, Any] = {}
        for each in recorded:
            key = meaning(each["method"], each["host"], each["query"], each["headers"])
            body = texts.get(key, "") if each["answer"] == AS_BEFORE else each["answer"]
            texts[key] = body
            place = (each["step"], key[0], key[2])
            if key[1] not in READS:
                self._writes[place] += 1
            self._steps[each["step"]][key].append((each["status"], body, self._writes[place]))
        self.step = ""

    def holds(self, step: str) -> bool:
        return step in self._steps

    def answer(self, method: str, host: str, query: str, headers) -> tuple[int, str]:
        key = meaning(method, host, query, headers)
        self.asked.append(key)
        step = self._steps.get(self.step, {})
        if method not in READS and key[2]:
            self._forget_reads_before_the_last_write(step, host, key[2])
        if waiting := step.get(key):
            self._before[key] = waiting.popleft()[:2]
        if key in self._before:
            status, body = self._before[key]
            return status, body
        return (404, "") if method in READS else (200, "")

    def _forget_reads_before_the_last_write(self, step: Answers, host: str, sub_resource: str) -> None:
        last = self._writes[self.step, host, sub_resource]
        for method in READS:
            waiting = step.get((host, method, sub_resource), ())
            while waiting and waiting[0][2] < last:
                waiting.popleft()


@contextmanager
def serving(cloud: RecordedCloud):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def _answer(self) -> None:
            # urllib3 keeps Nagle's algorithm on for proxies: without this each body comes 40 ms late
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            length = int(self.headers.get("content-length") or 0)
            self.rfile.read(length)
            url = urlsplit(self.path)
            status, body = cloud.answer(self.command, url.hostname or "", url.query, self.headers)
            content = body.encode()
            self.send_response(status)
            kind = "application/json" if "tencentcloudapi" in (url.hostname or "") else "application/xml"
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD" and status != 204:
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815

        def log_message(self, *args) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    cloud.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield cloud
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
