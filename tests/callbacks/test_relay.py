"""The relay: what the receiver tells a smoke test, and that it tells nobody else."""

import json
import logging
import sqlite3

import pytest

from gme_recording.callbacks import relay
from gme_recording.callbacks.event import Kind, parse
from gme_recording.callbacks.relay import RecentRefusals
from gme_recording.callbacks.signature import sign
from gme_recording.callbacks.told import Heard, Refusals, Told, digest
from gme_recording.callbacks.told import parse as parse_told
from tests.callbacks.make import APP, KEY, OTHER_KEY, PATH, TOKEN, Running, a_body, running

TASK = parse(a_body()).task_id
FILE = parse(a_body()).file
GIVEN = {"Authorization": f"Bearer {TOKEN.reveal()}"}


@pytest.fixture
def live(tmp_path):
    with running(tmp_path / "db.sqlite", relay_token=TOKEN) as started:
        yield started


def question(**changes: object) -> str:
    asked = {"bizId": APP, "taskId": TASK, "seconds": 60, **changes}
    return f"{PATH}/relay?" + "&".join(f"{name}={value}" for name, value in asked.items())


def told(live: Running, **changes: object) -> Told:
    status, text = live.request("GET", question(**changes), headers=GIVEN)
    assert status == 200, text
    return parse_told(json.loads(text))


def test_verified_events_of_the_task_are_told(live):
    for kind in (Kind.STARTED, Kind.FINISHED):
        live.post(a_body(kind))
    live.post(a_body(Kind.STARTED, TaskID=1))

    heard = frozenset({Heard(Kind.STARTED, digest(FILE)), Heard(Kind.FINISHED, digest(FILE))})
    assert told(live) == Told(listens=True, events=heard, refused=())
    assert told(live, bizId=APP + 1).events == frozenset()
    assert told(live, taskId=2**64 - 1).events == frozenset()


def test_refusals_are_told_as_reasons_and_numbers(live):
    live.post(a_body(), "wrong")
    live.post(a_body(2), "wrong")
    live.post(a_body(), sign(a_body(), OTHER_KEY))
    live.request("POST", PATH, a_body())

    assert told(live).refused == (
        Refusals(401, "one Signature header is needed", 1),
        Refusals(401, "wrong signature", 2),
        Refusals(403, "signed by another application's key", 1),
    )


def test_an_application_without_a_key_is_told(live):
    assert (told(live).listens, told(live, bizId=7).listens) == (True, False)


def test_no_player_room_body_or_key_is_told(live):
    live.post(a_body(RoomID="lobby"))
    live.post(a_body(2, UserID="7"), "wrong")

    _, text = live.request("GET", question(), headers=GIVEN)

    assert not [word for word in ("lobby", "_7/", "UserID", KEY.reveal(), TOKEN.reveal()) if word in text]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer "},
        {"Authorization": TOKEN.reveal()},
        {"Authorization": f"Bearer {TOKEN.reveal()}x"},
        {"Authorization": f"Basic {TOKEN.reveal()}"},
        {"Authorization": "Bearer \u00fc"},
    ],
)
def test_without_the_token_nothing_is_told(live, headers, caplog):
    with caplog.at_level(logging.DEBUG):
        status, text = live.request("GET", question(), headers=headers)

    assert (status, json.loads(text)) == (401, {"problem": "the relay's token is needed"})
    assert "without its token" in caplog.text
    assert "canary" not in caplog.text


def test_there_is_no_relay_unless_a_token_is_configured(tmp_path):
    with running(tmp_path / "db.sqlite") as live:
        assert live.request("GET", question(), headers=GIVEN)[0] == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"bizId": ""},
        {"taskId": "x"},
        {"taskId": "9" * 21},
        {"bizId": 2**63},
        {"seconds": "-1"},
        {"seconds": 86_401},
    ],
)
def test_a_question_that_is_none_is_refused(live, changes):
    status, text = live.request("GET", question(**changes), headers=GIVEN)

    assert (status, "bizId=<number>" in text) == (400, True)


def test_it_answers_so_often_in_a_second_and_no_oftener(tmp_path, monkeypatch):
    monkeypatch.setattr(relay, "MOST_ANSWERS", 2)
    monkeypatch.setattr(relay, "WITHIN_SECONDS", 600.0)
    with running(tmp_path / "db.sqlite", relay_token=TOKEN) as live:
        statuses = [live.request("GET", question(), headers=GIVEN)[0] for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_a_database_that_cannot_be_read_is_said(live, monkeypatch):
    def failing(_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(live.receiver.store, "events", failing)

    assert live.request("GET", question(), headers=GIVEN)[0] == 503


def test_only_the_newest_events_are_told(live, monkeypatch):
    monkeypatch.setattr(relay, "MOST_EVENTS", 2)
    for kind in Kind:
        live.post(a_body(kind))

    assert {event.kind for event in told(live).events} == {Kind.FINISHED, Kind.UPLOADED}


def test_refusals_are_remembered_by_their_time_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(relay, "MOST_REFUSALS", 3)
    recent = RecentRefusals()
    for now in range(5):
        recent.note(401, "wrong signature", now)

    assert recent.since(3) == (Refusals(401, "wrong signature", 2),)
    assert recent.since(0) == (Refusals(401, "wrong signature", 3),)
    assert recent.since(9) == ()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"listens": "yes", "events": [], "refused": []},
        {"listens": True, "events": [{"kind": "3"}], "refused": []},
        {"listens": True, "events": [], "refused": [{"status": 401}]},
    ],
)
def test_what_no_relay_tells_is_not_read(data):
    with pytest.raises(ValueError, match="not "):
        parse_told(data)
