"""The receiver as a process: killed, stopped, told to load its keys again, started twice."""

import http.client
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from gme_recording.api.credentials import Secret
from gme_recording.callbacks.signature import sign
from gme_recording.callbacks.store import Selection, Store
from gme_recording.errors import ExitCode
from tests.callbacks.make import KEY, OLD_KEY, PATH, a_body, an_event
from tests.callbacks.process import COMMAND, serving, write_keys


def post(address: str, body: bytes, key: Secret = KEY) -> int:
    connection = http.client.HTTPConnection(address, timeout=10)
    with closing(connection):
        connection.request("POST", PATH, body, {"Signature": sign(body, key)})
        return connection.getresponse().status


class Sender(threading.Thread):
    """Sends events until the receiver is gone, and remembers which were answered 200."""

    def __init__(self, address: str, numbers: Iterable[int]) -> None:
        super().__init__()
        self.address, self.numbers = address, numbers
        self.answered: set[str] = set()

    def run(self) -> None:
        for number in self.numbers:
            try:
                if post(self.address, a_body(1, number)) == 200:
                    self.answered.add(an_event(1, number).id)
            except (OSError, http.client.HTTPException):
                return


def ids(path: Path) -> set[str]:
    with closing(Store(path)) as store:
        return {kept.event.id for kept in store.select(Selection())}


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_nothing_that_was_answered_is_lost_when_the_receiver_is_killed(tmp_path):
    write_keys(tmp_path)
    forward = ("--forward", str(tmp_path / "events.jsonl"))
    total = range(4_000)
    with serving(tmp_path, *forward) as receiver:
        senders = [Sender(receiver.address, total[part::4]) for part in range(4)]
        for sender in senders:
            sender.start()
        wait_until(lambda: sum(len(sender.answered) for sender in senders) > 200)
        receiver.process.send_signal(signal.SIGKILL)
        for sender in senders:
            sender.join()
    answered = set.union(*(sender.answered for sender in senders))

    assert 200 < len(answered) < len(total), "the kill came in the middle"
    assert answered <= ids(tmp_path / "db.sqlite")

    with serving(tmp_path, *forward) as receiver:  # and what was not, GME sends again
        for number in range(400):
            assert post(receiver.address, a_body(1, number)) == 200
        known = ids(tmp_path / "db.sqlite")
        wait_until(lambda: known <= {line[8:40] for line in lines(tmp_path / "events.jsonl")})
        receiver.process.send_signal(signal.SIGTERM)
        assert receiver.process.wait(20) == ExitCode.OK
    assert answered | {an_event(1, number).id for number in range(400)} == known


def test_a_request_that_is_being_answered_is_answered_before_the_stop(tmp_path):
    write_keys(tmp_path)
    with serving(tmp_path) as receiver:
        host, port = receiver.address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        body = a_body()
        connection.putrequest("POST", PATH)
        connection.putheader("Signature", sign(body, KEY))
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:10])
        time.sleep(0.3)
        receiver.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.send(body[10:])
        assert connection.getresponse().status == 200
        connection.close()
        assert receiver.process.wait(20) == ExitCode.OK
    assert ids(tmp_path / "db.sqlite") == {an_event().id}


def test_interrupting_it_is_a_way_to_stop_it(tmp_path):
    write_keys(tmp_path)
    with serving(tmp_path) as receiver:
        receiver.process.send_signal(signal.SIGINT)
        assert receiver.process.wait(20) == ExitCode.OK
    assert "Traceback" not in receiver.log.read_text()


def test_keys_are_changed_while_it_runs(tmp_path):
    write_keys(tmp_path, OLD_KEY.reveal())
    with serving(tmp_path) as receiver:
        assert post(receiver.address, a_body(1)) == 401
        write_keys(tmp_path, KEY.reveal(), OLD_KEY.reveal())
        receiver.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "keys loaded again" in receiver.log.read_text())
        assert [post(receiver.address, a_body(1)), post(receiver.address, a_body(2), OLD_KEY)] == [200, 200]

        (tmp_path / "keys").write_text("nonsense\n")
        receiver.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "the keys stay as they were" in receiver.log.read_text())
        assert post(receiver.address, a_body(3)) == 200


def test_a_second_receiver_is_refused(tmp_path):
    write_keys(tmp_path)
    with serving(tmp_path) as receiver:
        same = ["--keys", str(tmp_path / "keys"), "--store", str(tmp_path / "db.sqlite"), "--port", "0"]
        second = subprocess.run([*COMMAND, *same], capture_output=True, text=True, timeout=20, check=False)
        assert (second.returncode, "another receiver uses" in second.stderr) == (ExitCode.UNAVAILABLE, True)

        port = receiver.address.partition(":")[2]
        other = ["--keys", str(tmp_path / "keys"), "--store", str(tmp_path / "other.sqlite"), "--port", port]
        third = subprocess.run([*COMMAND, *other], capture_output=True, text=True, timeout=20, check=False)
        assert (third.returncode, "cannot listen" in third.stderr) == (ExitCode.UNAVAILABLE, True)


def test_answers_on_a_connection_that_is_kept_open_do_not_wait_for_acknowledgements(tmp_path):
    """A delayed ACK is 40 ms; the best of many is judged, for a machine may be busy."""
    write_keys(tmp_path)
    with (
        serving(tmp_path) as receiver,
        closing(http.client.HTTPConnection(receiver.address, timeout=10)) as connection,
    ):
        seconds = []
        for _ in range(20):
            began = time.perf_counter()
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"ok":true}'
            seconds.append(time.perf_counter() - began)
    assert sorted(seconds)[5] < 0.03


def test_it_listens_on_loopback_unless_told_otherwise(tmp_path):
    write_keys(tmp_path)
    with serving(tmp_path) as receiver:
        assert receiver.address.startswith("127.0.0.1:")


def test_the_key_is_found_in_nothing_that_is_written(tmp_path):
    """A canary: log, database, its side files, forwarded events, metrics, and the process's arguments."""
    canary = "canary0123456789"
    write_keys(tmp_path, canary, OLD_KEY.reveal())
    with serving(tmp_path, "--forward", str(tmp_path / "events.jsonl")) as receiver:
        for kind in (1, 2, 3):
            assert post(receiver.address, a_body(kind), Secret(canary)) == 200
        assert post(receiver.address, b"{}", Secret(canary)) == 200
        assert post(receiver.address, a_body(), Secret("wrong")) == 401
        receiver.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(lines(tmp_path / "events.jsonl")) == 3)
        connection = http.client.HTTPConnection(receiver.address, timeout=10)
        connection.request("GET", "/metrics")
        metrics = connection.getresponse().read()
        connection.close()
        arguments = Path(f"/proc/{receiver.process.pid}/cmdline").read_bytes()
        written = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.name != "keys"}

    assert all(written[name] for name in ("log", "db.sqlite", "db.sqlite-wal", "events.jsonl"))
    assert metrics
    assert arguments
    for name, content in {**written, "metrics": metrics, "arguments": arguments}.items():
        assert canary.encode() not in content, name
        assert OLD_KEY.reveal().encode() not in content, name
