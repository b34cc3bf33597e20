"""Load on a receiver that runs as a process: `python -m tests.callbacks.load [events] [senders]`.

Events are sent over connections that are kept open, as a reverse proxy does; in the end each must be in the
database and in the sink's file. Prints events a second and how long answers took; ends with 1 if one was
lost or an answer took longer than a second.
"""

from __future__ import annotations

import http.client
import json
import signal
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from gme_recording.callbacks.signature import sign
from gme_recording.callbacks.store import Selection, Store
from tests.callbacks.make import KEY, PATH, a_body, an_event
from tests.callbacks.process import serving, write_keys

LONGEST_SECONDS = 1.0


class Sender(threading.Thread):
    """Sends its share over one connection and notes how long each answer took."""

    def __init__(self, address: str, bodies: list[bytes]) -> None:
        super().__init__()
        self._address = address
        self._requests = [(body, {"Signature": sign(body, KEY)}) for body in bodies]
        self.seconds: list[float] = []
        self.failed = 0

    def run(self) -> None:
        with closing(http.client.HTTPConnection(self._address, timeout=30)) as connection:
            for body, headers in self._requests:
                began = time.perf_counter()
                connection.request("POST", PATH, body, headers)
                answer = connection.getresponse()
                answer.read()
                self.seconds.append(time.perf_counter() - began)
                self.failed += answer.status != http.client.OK


def measure(folder: Path, events: int = 10_000, senders: int = 16) -> int:
    """Send, stop the receiver when all is handed on, count, and print."""
    write_keys(folder)
    sink = folder / "events.jsonl"
    bodies = [a_body(1, number) for number in range(events)]
    with serving(folder, "--forward", str(sink)) as receiver:
        threads = [Sender(receiver.address, bodies[part::senders]) for part in range(senders)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        while _lines(sink) < events and time.perf_counter() - began < 300:
            time.sleep(0.1)
        receiver.process.send_signal(signal.SIGTERM)
        receiver.process.wait(30)
    seconds = sorted(second for thread in threads for second in thread.seconds)
    failed = sum(thread.failed for thread in threads)
    kept, handed_on = _found(folder / "db.sqlite", sink)
    lost = events - len({an_event(1, number).id for number in range(events)} & kept & handed_on)
    p50, p99 = (seconds[int(len(seconds) * share)] for share in (0.5, 0.99))
    print(  # noqa: T201 - what the script is for
        f"{events} events by {senders} senders: {events / took:.0f}/s, answers p50 {p50 * 1e3:.1f} ms, "
        f"p99 {p99 * 1e3:.1f} ms, longest {seconds[-1] * 1e3:.1f} ms; refused {failed}, lost {lost}"
    )
    return int(bool(failed or lost or seconds[-1] > LONGEST_SECONDS))


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0


def _found(database: Path, sink: Path) -> tuple[set[str], set[str]]:
    with closing(Store(database)) as store:
        kept = {one.event.id for one in store.select(Selection())}
    return kept, {json.loads(line)["id"] for line in sink.read_text().splitlines()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(measure(Path(made), *map(int, sys.argv[1:])))
