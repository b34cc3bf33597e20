"""Messages to real receivers on loopback."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gme_recording.localcloud import outbox
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.outbox import Attempt, Message
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.gme.model import Callback, Status
from gme_recording.localcloud.services.gme.notify import signature
from tests.localcloud.services.gme.sdk import Gme, prepare
from tests.localcloud.services.gme.world import BIZ_ID

PATIENCE = 10


class Receiver:
    """Answers with `statuses` in turn, the last one again and again."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.got: list[tuple[str, str, str]] = []
        self.release = threading.Event()
        self.release.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.got.append((self.path, self.headers["Signature"], body))
                receiver.release.wait(PATIENCE)
                status = receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0]
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?a=1"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.release.set()
    found.server.shutdown()
    found.server.server_close()


def post(cloud: RunningCloud, url: str, name: str = "m") -> None:
    def work(inner: Cloud) -> None:
        headers = {"Content-Type": "application/json", "Signature": "s"}
        outbox.post(inner.store, Message(name, url, headers, '{"é":1}', inner.clock.now()))
        inner.run_due()

    cloud.run(work)


def settled(cloud: RunningCloud, name: str = "m", tries: int = 1) -> Message:
    """The message once that many tries were made."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        message, made = cloud.run(
            lambda inner: (
                inner.store.find(Message, message_id=name),
                inner.store.select(Attempt, message_id=name),
            )
        )
        if message and len(made) >= tries:
            return message
        time.sleep(0.01)
    raise TimeoutError(name)


def advance(cloud: RunningCloud, by: timedelta) -> None:
    def work(inner: Cloud) -> None:
        inner.clock.advance(by)
        inner.run_due()

    cloud.run(work)


def test_message_arrives_as_it_was_written(local_cloud: RunningCloud, receiver: Receiver) -> None:
    post(local_cloud, receiver.url)
    assert settled(local_cloud).outcome == "delivered"
    assert receiver.got == [("/hook?a=1", "s", '{"é":1}')]


def test_other_hosts_are_never_called(local_cloud: RunningCloud) -> None:
    for number, url in enumerate(
        ["http://example.com/", "https://127.0.0.1.example.com/", "http://10.0.0.1/", "http://[::2]/"]
    ):
        post(local_cloud, url, f"m{number}")
        assert settled(local_cloud, f"m{number}").outcome == "captured"


def test_failure_is_tried_again_until_it_succeeds(local_cloud: RunningCloud, receiver: Receiver) -> None:
    receiver.statuses = [500, 404, 200]
    post(local_cloud, receiver.url)
    assert settled(local_cloud).outcome == "failed: HTTP 500"
    advance(local_cloud, outbox.RETRY_AFTER[0])
    assert settled(local_cloud, tries=2).outcome == "failed: HTTP 404"
    advance(local_cloud, outbox.RETRY_AFTER[1])
    assert settled(local_cloud, tries=3).outcome == "delivered"
    assert len(receiver.got) == 3


def test_it_is_given_up_after_the_last_try(local_cloud: RunningCloud, receiver: Receiver) -> None:
    receiver.statuses = [500]
    post(local_cloud, receiver.url)
    for tries, pause in enumerate(outbox.RETRY_AFTER, start=1):
        settled(local_cloud, tries=tries)
        advance(local_cloud, pause)
    last = settled(local_cloud, tries=len(outbox.RETRY_AFTER) + 1)
    assert (last.outcome, last.due) == ("failed: HTTP 500", None)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost:99999/", "https://127.0.0.1:1/", "ftp://localhost:1/"]
)
def test_unreachable_receiver_is_a_failure(local_cloud: RunningCloud, url: str) -> None:
    post(local_cloud, url)
    assert settled(local_cloud).outcome.startswith("failed: ")


def test_slow_receiver_holds_up_nothing_else(
    local_cloud: RunningCloud, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "TIMEOUT_SECONDS", 0.3)
    receiver.release.clear()
    post(local_cloud, receiver.url, "slow")
    post(local_cloud, "http://example.com/", "other")
    assert settled(local_cloud, "other").outcome == "captured"
    assert settled(local_cloud, "slow").outcome == "failed: no answer within 0.3 s"


def test_recording_is_told_from_start_to_upload(local_cloud: RunningCloud, receiver: Receiver) -> None:
    """Status 14 comes when the customer has taken event 3."""
    prepare(local_cloud, callback_url=receiver.url)
    gme = Gme(local_cloud)
    task_id = gme.ask("StartRecord", BizId=BIZ_ID, RoomId="room", RecordMode=2)["TaskId"]
    gme.ask("StopRecord", BizId=BIZ_ID, TaskId=task_id)
    deadline = time.monotonic() + PATIENCE
    status = 0
    while status != Status.NOTIFIED and time.monotonic() < deadline:
        time.sleep(0.1)
        (file,) = gme.ask("DescribeRecordInfo", BizId=BIZ_ID, TaskId=task_id)["RecordInfo"]
        status = file["RecordStatus"]
    assert status == Status.NOTIFIED
    assert all(signed == signature("localdemoappkey1", body) for _, signed, body in receiver.got)
    callbacks = local_cloud.run(lambda inner: inner.store.select(Callback))
    assert [callback.event for callback in callbacks] == [1, 2, 3]
    assert sorted(events(receiver)) == ["1", "2", "3"]


def events(receiver: Receiver) -> list[str]:
    return [body.partition('"EventType":')[2][0] for _, _, body in receiver.got]


def test_reordered_events_arrive_in_another_order_and_none_is_missing(
    local_cloud: RunningCloud, receiver: Receiver
) -> None:
    prepare(local_cloud, callback_url=receiver.url)
    local_cloud.plan_callbacks("reordered", "none", "reordered")
    gme = Gme(local_cloud)
    task_id = gme.ask("StartRecord", BizId=BIZ_ID, RoomId="room", RecordMode=2)["TaskId"]
    local_cloud.advance(seconds=30)
    assert events(receiver) == []
    gme.ask("StopRecord", BizId=BIZ_ID, TaskId=task_id)
    settled(local_cloud, "gme/000000000")
    assert events(receiver) == ["2", "1"]
    local_cloud.advance(seconds=61)
    settled(local_cloud, "gme/000000002")
    assert events(receiver) == ["2", "1", "3"]
