"""Callbacks as their receiver tells of them: on Tencent Cloud nobody else knows."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

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


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN.reveal())


def smoked(environment: Environment, url: str, *, relay: str = "", hurry: Collection[str] = ()) -> Report:
    """The whole test as on Tencent Cloud: nobody tells what was sent, a player is in the room by himself."""
    environment.console(callback_url=url)
    target = environment.target(
        cloud=CloudKind.TENCENT, callback_url=url, callback_relay=f"{relay or url}/relay"
    )
    environment.local.join(APP, target.room, "12345")
    return environment.smoke(environment.run(target, local=None), hurry=hurry)


@contextmanager
def receiving(folder: Path, keyring: Keyring | None = None) -> Iterator[Running]:
    with running(folder / "db.sqlite", keyring=keyring or Keyring({APP: (KEY,)}), relay_token=TOKEN) as live:
        yield live


def test_callbacks_that_reached_a_receiver_are_proved_by_it(environment: Environment, tmp_path: Path) -> None:
    write_keys(tmp_path)
    with serving(tmp_path) as receiver:
        report = smoked(environment, f"http://{receiver.address}/gme/recording")
    assert report.passed, smoke.render_text([report])
    assert found(report, "callbacks", Verdict.PASS) == "the receiver has an *uploaded* event of 2 files"
    assert found(report, "signatures", Verdict.PASS) == "verified by the receiver"
    told = smoke.render_text([report]) + json.dumps(smoke.to_json([report])) + receiver.log.read_text()
    assert TOKEN.reveal() not in told


def test_callbacks_finds_that_the_receiver_has_another_key(environment: Environment, tmp_path: Path) -> None:
    with receiving(tmp_path, Keyring({APP: (OTHER_KEY,)})) as live:
        report = smoked(environment, live.url, hurry=["callbacks"])
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
    report = smoked(environment, NOWHERE, hurry=["callbacks"])
    assert found(report, "callbacks").endswith("/relay does not answer: [Errno 111] Connection refused")
    assert report.diagnosis == Cause.CALLBACK_UNREACHABLE


def test_callbacks_finds_that_they_go_elsewhere(environment: Environment, tmp_path: Path) -> None:
    with receiving(tmp_path) as live:
        report = smoked(environment, NOWHERE, relay=live.url, hurry=["callbacks"])
    assert found(report, "callbacks") == "0 events came for 2 files, an *uploaded* event is missing"
    assert report.diagnosis == Cause.CALLBACK_UNREACHABLE


def test_signatures_tell_of_what_else_was_refused(environment: Environment, tmp_path: Path) -> None:
    """Anybody can post to a public URL: what was refused fails nothing as long as everything came."""
    environment.admin("POST", "/admin/callbacks/faults", {"next": ["forged"]})
    with receiving(tmp_path) as live:
        report = smoked(environment, live.url)
    assert report.passed, smoke.render_text([report])
    assert found(report, "signatures", Verdict.PASS) == (
        "verified by the receiver, which refused 1 request since the start: wrong signature"
    )


def test_callbacks_finds_a_relay_with_another_token(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "x" * 32)
    with receiving(tmp_path) as live:
        report = smoked(environment, live.url)
    assert found(report, "callbacks") == f"the relay {live.url}/relay refuses the token"
    assert VARIABLE in report.hint
    assert report.diagnosis == ""
