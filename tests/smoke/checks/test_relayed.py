"""Callbacks as their receiver tells of them: on Tencent Cloud nobody else knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from gme_recording import smoke
from gme_recording.api import CloudKind
from gme_recording.callbacks.keys import Keyring
from gme_recording.callbacks.relay_token import VARIABLE
from gme_recording.smoke import Cause, Report, Verdict
from tests.callbacks.make import APP, KEY, OTHER_APP, OTHER_KEY, TOKEN, Running, running
from tests.callbacks.process import serving, write_keys
from tests.smoke.environment import Environment, found

NOWHERE = "http://127.0.0.1:9/gme/recording"
EMPTY = '{"listens": true, "events": [], "refused": []}'


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN.reveal())


def smoked(environment: Environment, url: str, **target: Any) -> Report:
    """The whole test, with callbacks to that URL and the relay below it."""
    environment.console(callback_url=url)
    declared = {"callback_url": url, "callback_relay": f"{url}/relay", "timeout_seconds": 1.0, **target}
    return smoke.run(environment.target(**declared), environment.cloud)


def on_tencent(environment: Environment, url: str) -> Report:
    """As on Tencent Cloud: nobody tells what was sent, and a player is in the room by himself."""
    environment.console(callback_url=url)
    target = environment.target(
        cloud=CloudKind.TENCENT, callback_url=url, callback_relay=f"{url}/relay", timeout_seconds=1.5
    )
    environment.local.join(APP, target.room, "12345")
    return environment.smoke(environment.run(target, local=None))


@contextmanager
def receiving(folder: Path, keyring: Keyring | None = None) -> Iterator[Running]:
    with running(folder / "db.sqlite", keyring=keyring or Keyring({APP: (KEY,)}), relay_token=TOKEN) as live:
        yield live


@contextmanager
def answering(status: int, body: str = EMPTY, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """What answers every GET so, and the paths that were asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
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


def test_callbacks_that_reached_a_receiver_are_proved_by_it(environment: Environment, tmp_path: Path) -> None:
    write_keys(tmp_path)
    with serving(tmp_path) as receiver:
        report = on_tencent(environment, f"http://{receiver.address}/gme/recording")
    assert report.passed, smoke.render_text([report])
    assert found(report, "callbacks", Verdict.PASS) == "6 events came to the receiver"
    assert found(report, "signatures", Verdict.PASS) == "6 events verified by the receiver"
    told = smoke.render_text([report]) + json.dumps(smoke.to_json([report])) + receiver.log.read_text()
    assert TOKEN.reveal() not in told


def test_callbacks_finds_that_the_receiver_has_another_key(environment: Environment, tmp_path: Path) -> None:
    with receiving(tmp_path, Keyring({APP: (OTHER_KEY,)})) as live:
        report = on_tencent(environment, live.url)
    assert re.fullmatch(
        r"0 events came for 2 files, an \*uploaded\* event is missing; "
        r"the receiver refused \d+ requests since the start: wrong signature",
        found(report, "callbacks"),
    )
    assert report.diagnosis == Cause.CALLBACK_SIGNATURE
    assert found(report, "signatures", Verdict.SKIP) == "callbacks did not pass"


def test_callbacks_finds_that_the_receiver_has_no_key(environment: Environment, tmp_path: Path) -> None:
    with receiving(tmp_path, Keyring({OTHER_APP: (OTHER_KEY,)})) as live:
        report = smoked(environment, live.url)
    assert found(report, "callbacks") == f"the receiver has no key of application {APP}"
    assert report.diagnosis == Cause.CALLBACK_SIGNATURE


def test_callbacks_finds_that_the_receiver_is_down(environment: Environment) -> None:
    report = on_tencent(environment, NOWHERE)
    assert found(report, "callbacks").endswith("/relay does not answer: [Errno 111] Connection refused")
    assert report.diagnosis == Cause.CALLBACK_UNREACHABLE


def test_callbacks_finds_that_they_go_elsewhere(environment: Environment, tmp_path: Path) -> None:
    with receiving(tmp_path) as live:
        report = smoked(environment, NOWHERE, callback_relay=f"{live.url}/relay")
    assert found(report, "callbacks") == "0 events came for 2 files, an *uploaded* event is missing"
    assert report.diagnosis == Cause.CALLBACK_UNREACHABLE


def test_signatures_tell_of_what_else_was_refused(environment: Environment, tmp_path: Path) -> None:
    """Anybody can post to a public URL: what was refused fails nothing as long as everything came."""
    environment.admin("POST", "/admin/callbacks/faults", {"next": ["forged"]})
    with receiving(tmp_path) as live:
        report = smoked(environment, live.url)
    assert report.passed, smoke.render_text([report])
    assert found(report, "signatures", Verdict.PASS) == (
        "5 events verified by the receiver, which refused 1 request since the start: wrong signature"
    )


@pytest.mark.parametrize(
    ("status", "body", "wanted", "hint"),
    [
        (401, "{}", "refuses the token", "openssl rand -hex 32"),
        (404, "{}", "answers with HTTP 404", "smoke.callbackRelay is the callback URL followed by /relay"),
        (200, "<html>", "is no receiver's relay", "smoke.callbackRelay is the callback URL"),
        (200, '{"ok": true}', "is no receiver's relay", "smoke.callbackRelay is the callback URL"),
        (502, "", "does not answer: HTTP 502", "answers POST with 200 from outside"),
    ],
)
def test_callbacks_finds_a_relay_that_is_none(
    environment: Environment, status: int, body: str, wanted: str, hint: str
) -> None:
    with answering(status, body) as (relay, _):
        report = smoked(environment, NOWHERE, callback_relay=relay)
    assert wanted in found(report, "callbacks")
    assert hint in report.hint


def test_callbacks_finds_a_token_that_is_missing(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    report = smoked(environment, NOWHERE)
    assert found(report, "callbacks") == f"no token for the relay {NOWHERE}/relay"
    assert VARIABLE in report.hint


def test_the_token_follows_no_redirect(environment: Environment) -> None:
    with answering(200) as (other, asked), answering(302, Location=other) as (relay, _):
        report = smoked(environment, NOWHERE, callback_relay=relay)
    assert "answers with HTTP 302" in found(report, "callbacks")
    assert asked == []
