"""Callbacks as the local cloud sent them."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from gme_recording import smoke
from gme_recording.smoke import Verdict
from tests.smoke.environment import APP, Environment, found


@pytest.mark.parametrize(
    ("prepare", "wanted"),
    [
        ("lost", "an *uploaded* event is missing"),
        ("unreachable", "http://127.0.0.1:9/: failed"),
        ("undeclared", "events went to http://127.0.0.1:9/, declared is https://voice.example.com/gme"),
    ],
)
def test_callbacks_finds_what_does_not_arrive(environment: Environment, prepare: str, wanted: str) -> None:
    declared = {}
    if prepare == "lost":
        environment.admin("POST", "/admin/callbacks/faults", {"next": ["none"] * 4 + ["lost"] * 2})
    else:
        environment.console(callback_url="http://127.0.0.1:9/")
    if prepare == "unreachable":
        declared["callback_url"] = "http://127.0.0.1:9/"
    report = environment.smoke(environment.run(environment.target(**declared)), hurry=["callbacks"])
    assert wanted in found(report, "callbacks")
    assert "is not reached by callbacks" in report.cause


def test_callbacks_are_delivered_to_a_receiver_on_this_machine(environment: Environment) -> None:
    bodies: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/gme"
        environment.console(callback_url=url)
        report = smoke.run(environment.target(callback_url=url), environment.cloud)
        server.shutdown()
    assert found(report, "callbacks", Verdict.PASS) == "6 events delivered"
    assert len(bodies) == 6


def test_callbacks_are_left_out_where_none_are_declared(environment: Environment) -> None:
    environment.console(callback_url="")
    report = smoke.run(environment.target(callback_url=""), environment.cloud)
    assert report.passed
    assert found(report, "callbacks", Verdict.SKIP) == "no callback URL is declared"
    assert found(report, "signatures", Verdict.SKIP) == "callbacks did not pass"


def test_callbacks_are_left_out_where_only_the_receiver_knows(environment: Environment) -> None:
    room = environment.target().room
    environment.local.join(APP, room, "12345")
    report = environment.smoke(environment.run(local=None))
    assert report.passed
    said = found(report, "callbacks", Verdict.SKIP)
    assert said == "only the receiver at https://voice.example.com/gme can tell: smoke.callbackRelay asks it"


def test_signatures_finds_a_forged_one(environment: Environment) -> None:
    environment.admin("POST", "/admin/callbacks/faults", {"next": ["none", "forged"]})
    report = smoke.run(environment.target(), environment.cloud)
    assert "not by the application's key" in found(report, "signatures")
    assert "signed by another key" in report.cause
    assert "localdemoappkey1" not in smoke.render_text([report])
