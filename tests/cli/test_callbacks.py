import json
import sys
from contextlib import closing

import pytest

from gme_recording import callbacks
from gme_recording.callbacks.keys import VARIABLE
from gme_recording.callbacks.signature import Encoding, sign
from gme_recording.callbacks.store import Arrival, Selection, Settled, Store
from gme_recording.cli import app
from gme_recording.errors import ExitCode
from tests.callbacks.make import APP, KEY, OLD_KEY, OTHER_APP, OTHER_KEY, a_body, an_arrival, an_event

FILE = f"{APP}_lobby_7/2026-01-31-18-00-00_0_audio.mp3"
NOON = 1_769_860_800.0
"""2026-01-31T12:00Z"""


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Three events: started, done; finished, dead; uploaded in another room, an hour later, queued."""
    path = tmp_path / "callbacks.sqlite"
    monkeypatch.setenv("GME_CALLBACK_STORE", str(path))
    with closing(Store(path)) as opened:
        arrivals = [an_arrival(1, received=NOON), an_arrival(2, received=NOON + 1)]
        opened.add([*arrivals, an_arrival(3, 1, received=NOON + 3600, RoomID="den")], queue=True)
        opened.settle([Settled(an_event(1).id), Settled(an_event(2).id, "HTTP 500")])
        yield opened


@pytest.fixture
def ring(monkeypatch):
    monkeypatch.setenv(
        VARIABLE, f"{APP} {KEY.reveal()} {OLD_KEY.reveal()}\n{OTHER_APP} {OTHER_KEY.reveal()}\n"
    )


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    assert app.run(["callbacks", "list", "--json", *options]) == ExitCode.OK
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_events_are_shown_with_what_became_of_them_the_latest_first(store, capsys):
    assert app.run(["callbacks", "list"]) == ExitCode.OK

    task = "446192236330927912"
    other = FILE.replace("_0_audio", "_1_audio")
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split() == ["received", "bizId", "room", "task", "event", "segment", "state", "file"]
    assert [line.split() for line in lines] == [
        ["2026-01-31T13:00:00.000+00:00", str(APP), "den", task, "uploaded", "1", "queued", other],
        [
            "2026-01-31T12:00:01.000+00:00",
            str(APP),
            "lobby",
            task,
            "finished",
            "0",
            "dead",
            "(HTTP",
            "500)",
            FILE,
        ],
        ["2026-01-31T12:00:00.000+00:00", str(APP), "lobby", task, "started", "0", "done", FILE],
    ]


def test_json_of_an_event_is_what_the_sink_got_and_more(store, capsys):
    (event,) = listed(capsys, "--state", "dead")

    assert event == {
        "id": an_event(2).id,
        "kind": "finished",
        "bizId": APP,
        "roomId": "lobby",
        "userId": "7",
        "taskId": "446192236330927912",
        "mixed": False,
        "segment": 0,
        "file": FILE,
        "sent": an_event(2).sent,
        "received": "2026-01-31T12:00:01.000+00:00",
        "receipts": 1,
        "state": "dead",
        "attempts": 1,
        "error": "HTTP 500",
    }


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--app", str(APP)], ["uploaded", "finished", "started"]),
        (["--app", str(OTHER_APP)], []),
        (["--room", "den"], ["uploaded"]),
        (["--task", "446192236330927912", "--limit", "1"], ["uploaded"]),
        (["--since", "2026-01-31T12:00:01+00:00"], ["uploaded", "finished"]),
        (["--since", "2026-01-31T20:00:01+08:00", "--until", "2026-01-31T21:00+08:00"], ["finished"]),
        (["--state", "queued"], ["uploaded"]),
    ],
)
def test_events_are_chosen_by_application_room_task_time_and_state(store, capsys, options, kinds):
    assert [event["kind"] for event in listed(capsys, *options)] == kinds


def test_files_tell_how_far_they_are_and_what_was_not_heard(store, capsys):
    assert app.run(["callbacks", "list", "--files"]) == ExitCode.OK
    table = capsys.readouterr().out
    first, second = listed(capsys, "--files")

    assert (first["status"], first["missing"], first["roomId"]) == (
        "uploaded",
        ["started", "finished"],
        "den",
    )
    assert (second["status"], second["missing"], second["file"]) == ("finished", [], FILE)
    assert [line.split()[0] for line in table.splitlines()] == ["bizId", str(APP), str(APP)]
    assert "uploaded  started, finished  " in table


def test_what_a_terminal_would_obey_is_shown_escaped(store, capsys):
    store.add([an_arrival(1, 5, RoomID="\x1b[2J")], queue=False)

    assert app.run(["callbacks", "list"]) == ExitCode.OK

    assert "\x1b" not in capsys.readouterr().out


def test_a_time_that_is_none_is_refused(store, capsys):
    assert app.run(["callbacks", "list", "--since", "yesterday"]) == ExitCode.INPUT
    assert "2026-01-31T18:30" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["list", "replay"])
def test_without_a_database_nothing_is_made_of_it(verb, tmp_path, capsys):
    missing = tmp_path / "missing.sqlite"

    assert app.run(["callbacks", verb, "--store", str(missing)]) == ExitCode.UNAVAILABLE

    assert "nothing was received yet" in capsys.readouterr().err
    assert not missing.exists()


def test_replay_queues_the_dead_letters(store, capsys):
    assert app.run(["callbacks", "replay", "--json"]) == ExitCode.OK

    assert json.loads(capsys.readouterr().out) == {"queued": 1}
    assert store.counts() == {"kept": 0, "queued": 2, "done": 1, "dead": 0, "unreadable": 0}


def test_replay_of_all_takes_the_range(store, capsys):
    arguments = ["callbacks", "replay", "--all", "--until", "2026-01-31T12:00:01Z"]

    assert app.run(arguments) == ExitCode.OK

    assert capsys.readouterr().out == "queued again: 1\n"
    assert [kept.event.kind for kept in store.select(Selection()) if kept.state == "queued"] == [3, 1]


def test_replay_takes_what_could_not_be_read_once_it_can(store, capsys):
    store.add([Arrival(APP, a_body(9), NOON, None, "was not known then")], queue=False)

    assert app.run(["callbacks", "replay", "--room", "nowhere"]) == ExitCode.OK

    assert next(kept.event.kind for kept in store.select(Selection())) == 9


@pytest.mark.parametrize(
    ("key", "which", "encoding"), [(KEY, "current", Encoding.BASE64), (OLD_KEY, "previous", Encoding.HEX)]
)
def test_verify_says_which_key_signed_and_what(tmp_path, ring, capsys, key, which, encoding):
    (tmp_path / "body").write_bytes(a_body())
    given = ["callbacks", "verify", str(tmp_path / "body"), "--signature", sign(a_body(), key, encoding)]

    assert app.run(given) == ExitCode.OK
    assert capsys.readouterr().out == (
        f"verified: {which} key of application {APP}, in {encoding}\n"
        f"started: {FILE}, room lobby, task 446192236330927912\n"
    )
    assert app.run([*given, "--json"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["key"], told["encoding"]) == (True, which, encoding)
    assert told["event"]["id"] == an_event().id


@pytest.mark.parametrize(
    ("body", "signature", "problem"),
    [
        (a_body(), "wrong", "no known key made this signature"),
        (a_body() + b"\n", sign(a_body(), KEY), "no known key made this signature"),
        (a_body(), sign(a_body(), OTHER_KEY), f"the key of application {OTHER_APP} signed an event of"),
        (b"{}", sign(b"{}", KEY), "Detail is not an object"),
    ],
)
def test_verify_ends_with_one_where_the_receiver_would_refuse(
    tmp_path, ring, capsys, body, signature, problem
):
    (tmp_path / "body").write_bytes(body)

    assert (
        app.run(["callbacks", "verify", str(tmp_path / "body"), "--signature", signature]) == ExitCode.FAILED
    )

    assert problem in capsys.readouterr().out


def test_verify_without_keys_says_how_to_give_them(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "body").write_bytes(b"{}")

    assert app.run(["callbacks", "verify", str(tmp_path / "body"), "--signature", "x"]) == ExitCode.INPUT

    assert "GME_CALLBACK_KEYS_FILE" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["relative", "/with/{parameter}", "/with?query"])
def test_serve_refuses_a_path_that_is_none(path, tmp_path, capsys):
    given = ["callbacks", "serve", "--path", path, "--store", str(tmp_path / "db")]

    assert app.run(given) == ExitCode.INPUT

    assert "a path begins with /" in capsys.readouterr().err


def test_serve_without_the_extra_says_how_to_install_it(tmp_path, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "gme_recording.callbacks.serve", raising=False)
    monkeypatch.delattr(callbacks, "serve", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    assert app.run(["callbacks", "serve", "--store", str(tmp_path / "db")]) == ExitCode.UNAVAILABLE

    told = capsys.readouterr().err
    assert "needs the package uvicorn" in told
    assert "gme-recording[callbacks]" in told
