"""The real application behind the real server, over real connections."""

import json
import logging
import socket
import sqlite3
import time

import pytest

from gme_recording.callbacks import receiver as receiver_module
from gme_recording.callbacks import serve
from gme_recording.callbacks.event import Event
from gme_recording.callbacks.receiver import LARGEST_BODY
from gme_recording.callbacks.signature import Encoding, sign
from gme_recording.callbacks.store import Kept, Selection, State
from tests.callbacks.make import KEY, OLD_KEY, OTHER_APP, OTHER_KEY, PATH, Running, a_body, an_event, running


@pytest.fixture
def live(tmp_path):
    with running(tmp_path / "callbacks.sqlite") as started:
        yield started


def kept(live: Running) -> list[Kept]:
    return live.receiver.store.select(Selection())


def test_a_signed_callback_is_on_disk_when_it_is_answered(live, tmp_path):
    assert live.post(a_body()) == 200

    database = sqlite3.connect(tmp_path / "callbacks.sqlite")  # as another process would
    assert database.execute("SELECT id, body FROM events").fetchall() == [(an_event().id, a_body())]
    database.close()


def test_a_repetition_is_answered_as_the_first_one_was(live):
    first = live.request("POST", PATH, a_body(), {"Signature": sign(a_body(), KEY)})
    again = live.request("POST", PATH, a_body(), {"Signature": sign(a_body(), KEY)})

    assert (first, again) == ((200, '{"result":"stored"}'), (200, '{"result":"repeated"}'))
    assert [one.receipts for one in kept(live)] == [2]


@pytest.mark.parametrize(
    "signature",
    [sign(a_body(), KEY, Encoding.HEX), sign(a_body(), KEY, Encoding.HEX).upper(), sign(a_body(), OLD_KEY)],
)
def test_hexadecimal_and_the_previous_key_are_taken(live, signature):
    assert live.post(a_body(), signature) == 200
    assert len(kept(live)) == 1


@pytest.mark.parametrize(
    "signature", ["", "Zm9yZ2VkIGJ5IHNvbWVvbmUgZWxzZQ==", sign(a_body(2), KEY), "\u00fc", "x" * 8_000]
)
def test_a_wrong_signature_is_refused_and_nothing_is_kept(live, signature):
    assert live.post(a_body(), signature) == 401
    assert kept(live) == []
    assert live.receiver.store.counts()["unreadable"] == 0


def test_no_signature_or_two_are_refused_and_nothing_is_kept(live):
    right = sign(a_body(), KEY)
    with live.connect() as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(a_body())}\r\nConnection: close\r\n"
        head += f"Signature: {right}\r\nSignature: {right}\r\n\r\n"
        connection.sendall(head.encode() + a_body())
        assert b" 401 " in everything(connection).partition(b"\r\n")[0]

    assert live.request("POST", PATH, a_body())[0] == 401
    assert kept(live) == []


def test_a_key_vouches_for_its_own_application_alone(live):
    assert live.post(a_body(), sign(a_body(), OTHER_KEY)) == 403
    assert kept(live) == []


def test_an_application_that_is_not_listed_is_refused_though_the_key_is_known(live):
    body = a_body(BizID=1_400_000_999)

    assert live.post(body) == 403
    assert kept(live) == []


def test_several_applications_share_the_receiver(live):
    body = a_body(BizID=OTHER_APP)

    assert live.post(body, sign(body, OTHER_KEY)) == 200
    assert [one.event.biz_id for one in kept(live)] == [OTHER_APP]


def test_events_in_any_order_and_late_are_all_kept(live):
    for kind in (3, 1, 2):
        assert live.post(a_body(kind, Timestamp=1)) == 200

    assert [one.event.kind for one in kept(live)] == [2, 1, 3]
    assert "gme_callbacks_late_total 3\n" in live.get("/metrics")[1]


def test_what_is_signed_but_no_callback_is_kept_apart_and_not_asked_for_again(live):
    body = b'{"BizID": "new form"}'

    assert live.post(body) == 200

    (arrival,) = live.receiver.store.unreadable()
    assert (arrival.body, kept(live)) == (body, [])
    assert "TaskID is missing" in arrival.problem


@pytest.mark.parametrize("length", ["told", "chunked"])
def test_a_large_body_is_refused_unread(live, length):
    with live.connect() as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nSignature: x\r\nConnection: close\r\n"
        if length == "told":
            connection.sendall(f"{head}Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode())
        else:
            chunk = b"%x\r\n%s\r\n" % (LARGEST_BODY + 1, b"x" * (LARGEST_BODY + 1))
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk)
        assert b" 413 " in everything(connection).partition(b"\r\n")[0]
    assert kept(live) == []


def test_the_largest_body_is_read(live):
    body = a_body(Padding="x" * (LARGEST_BODY - len(a_body(Padding=""))))

    assert (len(body), live.post(body)) == (LARGEST_BODY, 200)


def test_a_slow_head_is_given_up(live, monkeypatch):
    monkeypatch.setattr(serve, "HEAD_SECONDS", 0.2)
    with live.connect() as connection:
        assert trickle(connection, f"POST {PATH} HTTP/1.1\r\nX: ".encode()) < 3
    assert live.post(a_body()) == 200


def test_a_slow_head_after_a_good_request_is_given_up(live, monkeypatch):
    monkeypatch.setattr(serve, "HEAD_SECONDS", 0.2)
    with live.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in connection.recv(65536)
        assert trickle(connection, b"GET /healthz HTTP/1.1\r\nX: ") < 3


def test_a_connection_that_says_nothing_is_given_up(live, monkeypatch):
    monkeypatch.setattr(serve, "HEAD_SECONDS", 0.1)
    with live.connect() as connection:
        assert everything(connection) == b""


def test_a_request_that_takes_long_after_its_head_is_not_given_up_for_it(live, monkeypatch):
    monkeypatch.setattr(serve, "HEAD_SECONDS", 0.1)
    with live.connect() as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nSignature: {sign(a_body(), KEY)}\r\n"
        connection.sendall(f"{head}Content-Length: {len(a_body())}\r\n\r\n".encode())
        time.sleep(0.3)
        connection.sendall(a_body())
        assert b"200 OK" in connection.recv(65536)


def test_a_slow_body_is_refused(live, monkeypatch):
    monkeypatch.setattr(receiver_module, "BODY_SECONDS", 0.2)
    with live.connect() as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nSignature: x\r\nConnection: close\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
        assert b" 408 " in everything(connection).partition(b"\r\n")[0]


@pytest.mark.parametrize("request_line", [f"POST {PATH}", "POST /healthz", "POST /nowhere"])
def test_a_body_that_goes_on_after_its_answer_is_given_up(live, monkeypatch, request_line):
    monkeypatch.setattr(serve, "HEAD_SECONDS", 0.2)
    with live.connect() as connection:
        head = f"{request_line} HTTP/1.1\r\nHost: x\r\nContent-Length: {LARGEST_BODY * 2}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 4")
        assert trickle(connection, b"x") < 3
    assert live.post(a_body()) == 200


def test_a_body_that_is_cut_short_is_not_kept(live):
    with live.connect() as connection:
        head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nSignature: {sign(a_body(), KEY)}\r\n"
        connection.sendall(f"{head}Content-Length: {len(a_body())}\r\n\r\n".encode() + a_body()[:-1])
    assert live.post(a_body(2)) == 200
    assert [one.event.kind for one in kept(live)] == [2]


def test_an_endless_head_is_refused(live):
    with live.connect() as connection:
        connection.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX: {'x' * 300_000}".encode())
        assert b" 400 " in everything(connection).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", PATH, 405), ("PUT", PATH, 405), ("POST", "/", 404), ("POST", "/metrics", 405)],
)
def test_everything_else_is_not_there(live, method, path, status):
    assert live.request(method, path, b"")[0] == status


def test_a_database_that_fails_is_answered_503_and_the_event_is_taken_later(live, monkeypatch):
    add = live.receiver.store.add
    failures = [sqlite3.OperationalError("database or disk is full")]
    monkeypatch.setattr(
        live.receiver.store,
        "add",
        lambda *a, **k: (_ for _ in ()).throw(failures.pop()) if failures else add(*a, **k),
    )

    assert [live.post(a_body()), live.post(a_body())] == [503, 200]
    assert [one.receipts for one in kept(live)] == [1]


def test_a_disk_that_takes_too_long_is_answered_503_within_the_second(live, monkeypatch):
    monkeypatch.setattr(receiver_module, "WRITE_SECONDS", 0.1)
    add = live.receiver.store.add

    def slow(*given, **options):
        time.sleep(0.4)
        return add(*given, **options)

    monkeypatch.setattr(live.receiver.store, "add", slow)
    began = time.monotonic()
    assert live.post(a_body()) == 503
    assert time.monotonic() - began < 0.4
    assert live.get("/readyz")[0] in {200, 503}


def test_alive_and_ready_are_two_things(live, monkeypatch):
    assert live.get("/healthz") == live.get("/readyz") == (200, '{"ok":true}')

    with monkeypatch.context() as broken:
        broken.setattr(
            live.receiver.store, "check", lambda: (_ for _ in ()).throw(sqlite3.OperationalError())
        )
        assert live.get("/healthz")[0] == 200
        assert live.get("/readyz") == (503, '{"ok":false,"problem":"the database cannot be written"}')
    live.receiver.worker.stop()
    assert live.get("/readyz") == (503, '{"ok":false,"problem":"the worker has ended"}')


def test_metrics_tell_requests_signatures_states_and_times(live):
    live.post(a_body(1))
    live.post(a_body(1))
    live.post(a_body(2), sign(a_body(2), OLD_KEY, Encoding.HEX))
    live.post(a_body(3), "wrong")

    status, page = live.get("/metrics")

    lines = page.splitlines()
    assert status == 200
    assert 'gme_callbacks_requests_total{result="stored"} 2' in lines
    assert 'gme_callbacks_requests_total{result="repeated"} 1' in lines
    assert 'gme_callbacks_requests_total{result="wrong signature"} 1' in lines
    assert 'gme_callbacks_signatures_total{kind="base64"} 2' in lines
    assert 'gme_callbacks_signatures_total{kind="hex"} 1' in lines
    assert 'gme_callbacks_signatures_total{kind="previous key"} 1' in lines
    assert 'gme_callbacks_events{state="kept"} 2' in lines
    assert "gme_callbacks_answer_seconds_count 4" in lines
    assert 'gme_callbacks_answer_seconds_bucket{le="+Inf"} 4' in lines


def test_events_reach_the_sink_after_the_answer(tmp_path):
    took: list[Event] = []
    with running(tmp_path / "callbacks.sqlite", took.append) as live:
        assert live.post(a_body()) == 200
        deadline = time.monotonic() + 5
        while not took and time.monotonic() < deadline:
            time.sleep(0.01)

    assert took == [an_event()]


def test_a_slow_sink_delays_no_answer_and_loses_nothing_at_the_stop(tmp_path):
    with running(tmp_path / "callbacks.sqlite", lambda _: time.sleep(0.5)) as live:
        began = time.monotonic()
        for kind in (1, 2, 3):
            assert live.post(a_body(kind)) == 200
        assert time.monotonic() - began < 0.5
    with running(tmp_path / "callbacks.sqlite") as live:
        states = live.receiver.store.counts()
        assert states["done"] + states["queued"] == 3
        assert {one.state for one in kept(live)} <= {State.DONE, State.QUEUED}


def test_the_log_names_neither_players_rooms_nor_bodies(live, caplog):
    with caplog.at_level(logging.DEBUG):
        live.post(a_body(RoomID="secret room", UserID="4711000"))
        live.post(a_body(2, RoomID="secret room"), "wrong")

    assert "stored 1 of task 446192236330927912" in caplog.text
    assert "refused: wrong signature" in caplog.text
    assert not any(word in caplog.text for word in ("secret room", "4711000", "FileName", KEY.reveal()))


def test_answers_are_json(live):
    status, text = live.request("POST", PATH, a_body(), {"Signature": "no"})
    assert (status, json.loads(text)) == (401, {"result": "wrong signature"})


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def trickle(connection: socket.socket, head: bytes) -> float:
    """Send a byte now and then, for ever; return after how many seconds the other side has had enough."""
    began = time.monotonic()
    connection.sendall(head)
    connection.settimeout(0.05)
    while time.monotonic() - began < 5:
        try:
            connection.sendall(b"x")
            if connection.recv(65536) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began
