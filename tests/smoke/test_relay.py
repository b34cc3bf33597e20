"""Asking the relay: what is no answer of a receiver, and where the token goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from gme_recording.callbacks.relay_token import VARIABLE
from gme_recording.callbacks.told import Told
from gme_recording.errors import UserError
from gme_recording.smoke import Cause, relay
from gme_recording.smoke.model import Failed, Run
from tests.callbacks.make import TOKEN
from tests.smoke.make import Time, a_run, a_target

EMPTY = '{"listens": true, "events": [], "refused": []}'
URL_HINT = "smoke.callbackRelay is the callback URL followed by /relay"


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN.reveal())


@contextmanager
def answering(status: int, body: str = EMPTY, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """What answers every GET so, and the paths that were asked for with the token."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers["Authorization"] == f"Bearer {TOKEN.reveal()}":
                asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/relay", asked
        server.shutdown()


def asking(url: str) -> Run:
    """A test whose recording began ten seconds and a bit ago."""
    time = Time()
    run = replace(a_run(time), target=a_target(callback_relay=url), task_id="446192236330927912")
    run.began = time.at - 10.2
    return run


def test_it_is_asked_about_the_task_since_the_recording_began() -> None:
    with answering(200) as (url, asked):
        assert relay.ask(asking(url)) == Told(listens=True, events=frozenset(), refused=())
    assert asked == ["/relay?bizId=1400000001&taskId=446192236330927912&seconds=11"]


@pytest.mark.parametrize(
    ("status", "body", "wanted", "hint"),
    [
        (401, "{}", "refuses the token", "openssl rand -hex 32"),
        (404, "{}", "answers with HTTP 404", URL_HINT),
        (200, "<html>", "is no receiver's relay", URL_HINT),
        (200, '{"ok": true}', "is no receiver's relay", URL_HINT),
    ],
)
def test_what_is_no_relay_is_told_at_once(status: int, body: str, wanted: str, hint: str) -> None:
    with answering(status, body) as (url, _), pytest.raises(Failed, match=wanted) as failed:
        relay.ask(asking(url))
    assert hint in failed.value.hint
    assert failed.value.cause == ""


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_answer_later_can_be_asked_again(status: int) -> None:
    with (
        answering(status, "") as (url, _),
        pytest.raises(relay.Away, match=f"does not answer: HTTP {status}") as away,
    ):
        relay.ask(asking(url))
    assert away.value.cause == Cause.CALLBACK_UNREACHABLE


def test_the_token_follows_no_redirect() -> None:
    with (
        answering(200) as (other, asked),
        answering(302, Location=other) as (url, _),
        pytest.raises(Failed, match="answers with HTTP 302"),
    ):
        relay.ask(asking(url))
    assert asked == []


@pytest.mark.parametrize(("token", "wanted"), [("", "no token for the relay"), ("short", "holds no token")])
def test_without_a_token_nobody_is_asked(monkeypatch: pytest.MonkeyPatch, token: str, wanted: str) -> None:
    monkeypatch.setenv(VARIABLE, token)
    with answering(200) as (url, asked), pytest.raises(UserError, match=wanted) as failed:
        relay.ask(asking(url))
    assert VARIABLE in failed.value.hint
    assert asked == []
