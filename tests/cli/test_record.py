"""`gme-recording record` against a local cloud."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gme_recording.api import RecordMode
from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.rooms import APP, ROOM, Lobby
from tests.support.shell import Ended, Shell, enter_project

LIMITS = "limits: a file is split after 2 h, an empty room is waited for 12 h, a task ends after 24 h"


@pytest.fixture
def lobby(local_cloud: RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lobby:
    """The local stack as deployed, and a player in the lobby."""
    enter_project(tmp_path, local_cloud.url, monkeypatch)
    return Lobby(local_cloud)


@pytest.fixture
def gr(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys, ("record",))


def running(lobby: Lobby) -> str:
    task = lobby.gme.find_task(APP, ROOM)
    assert task is not None
    return task.task_id


def test_start_tells_the_task_and_the_limits(lobby: Lobby, gr: Shell) -> None:
    ended = gr("start", "--room", ROOM)
    assert ended == Ended(0, f"task {running(lobby)} records room lobby (mixed)\n{LIMITS}\n", "")


def test_start_gives_the_task_id_as_text(lobby: Lobby, gr: Shell) -> None:
    ended = gr("start", "--room", ROOM, "--mode", "both", "--allow", "10001", "--allow", "10002", "--json")
    assert ended.data == {
        "bizId": APP,
        "taskId": running(lobby),
        "roomId": ROOM,
        "mode": "both",
        "allow": ["10001", "10002"],
        "block": [],
        "reused": False,
        "differs": [],
    }


def test_second_start_is_refused_with_what_to_do(lobby: Lobby, gr: Shell) -> None:
    gr("start", "--room", ROOM)
    ended = gr("start", "--room", ROOM)
    assert ended.code == ExitCode.FAILED
    assert "ResourceInUse.TaskInUse" in ended.err
    assert "hint: the room is recorded already" in ended.err


def test_start_can_be_repeated(lobby: Lobby, gr: Shell) -> None:
    first = gr("start", "--room", ROOM, "--reuse", "--json")
    second = gr("start", "--room", ROOM, "--reuse", "--json")
    assert (first.code, second.code) == (ExitCode.OK, ExitCode.OK)
    assert second.data == {**first.data, "reused": True}


def test_start_that_finds_another_choice_says_so(lobby: Lobby, gr: Shell) -> None:
    gr("start", "--room", ROOM, "--mode", "single")
    ended = gr("start", "--room", ROOM, "--reuse")
    assert ended.code == ExitCode.DIFFERS
    assert "records room lobby (single), as before\n" in ended.out
    assert "differs: mode is single, asked mixed (gme-recording record modify)\n" in ended.out


def test_start_in_an_empty_room_is_refused_with_what_to_do(lobby: Lobby, gr: Shell) -> None:
    ended = gr("start", "--room", "nowhere")
    assert ended.code == ExitCode.FAILED
    assert "hint: rooms are made by players" in ended.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["start", "--room", "r", "--allow", "1", "--block", "2"], "either allowed or blocked"),
        (["start", "--room", "r", "--mode", "stereo"], "'stereo' is none of single, mixed, both"),
        (["start"], "Missing option '--room'"),
        (["stop"], "give one of --room and --task"),
        (["stop", "--room", "r", "--task", "5"], "give one of --room and --task"),
        (["task", "--task", "4.4e17"], "'4.4e17' is no task id"),
        (["modify", "--room", "r"], "give at least one of --mode"),
        (["modify", "--room", "r", "--everyone", "--allow", "1"], "the last one alone"),
        (["task", "--room", "r", "--app", "nonsense"], "--app demo"),
    ],
)
def test_wrong_options_are_refused_before_anything_is_called(
    lobby: Lobby, gr: Shell, local_cloud: RunningCloud, arguments: list[str], text: str
) -> None:
    before = local_cloud.run(lambda cloud: len(cloud.seen))
    ended = gr(*arguments)
    assert ended.code == ExitCode.INPUT
    assert text in ended.err
    assert local_cloud.run(lambda cloud: len(cloud.seen)) == before


@pytest.mark.parametrize("by", ["room", "task"])
def test_stop_is_done_once_and_repeated_without_harm(lobby: Lobby, gr: Shell, by: str) -> None:
    gr("start", "--room", ROOM)
    task = running(lobby)
    named = ["--room", ROOM] if by == "room" else ["--task", task]
    first, second = gr("stop", *named, "--json"), gr("stop", *named, "--json")
    assert (first.code, second.code) == (ExitCode.OK, ExitCode.OK)
    assert first.data == {"bizId": APP, "taskId": task, "stopped": True}
    assert second.data["stopped"] is False
    assert lobby.gme.find_task(APP, ROOM) is None


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--mode", "both"], "(both; not 10009)"),
        (["--allow", "10001"], "(mixed; only 10001)"),
        (["--everyone"], "(mixed)"),
    ],
)
def test_modify_keeps_what_is_not_given(lobby: Lobby, gr: Shell, arguments: list[str], shown: str) -> None:
    gr("start", "--room", ROOM, "--block", "10009")
    ended = gr("modify", "--room", ROOM, *arguments)
    assert ended.out == f"task {running(lobby)} records room lobby {shown}\n"
    assert gr("task", "--task", running(lobby)).out == ended.out


def test_task_of_a_room_that_is_not_recorded_is_said_to_be_none(lobby: Lobby, gr: Shell) -> None:
    ended = gr("task", "--room", ROOM)
    assert ended.code == ExitCode.DIFFERS
    assert f"nothing is recorded in room {ROOM} of application {APP}" in ended.err


def test_files_are_shown_with_how_far_they_are(lobby: Lobby, gr: Shell) -> None:
    gr("start", "--room", ROOM, "--mode", "both")
    text, data = gr("files", "--room", ROOM).out, gr("files", "--room", ROOM, "--json").data
    lines = [line.split() for line in text.splitlines()]
    assert [line[:2] for line in sorted(lines)] == [["recording", "room"], ["recording", "user"]]
    assert (data["roomId"], data["mode"], data["taskId"]) == (ROOM, "both", running(lobby))
    assert {(file["userId"], file["status"]) for file in data["files"]} == {
        ("0", "recording"),
        ("10001", "recording"),
    }


def between_looks(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen after the first look of a watch; it waits no longer than that."""
    waiting, sleep = [act], time.sleep

    def pause(_: float) -> None:
        if waiting:
            waiting.pop()()
        sleep(0.01)

    monkeypatch.setattr("gme_recording.cli.recording.time.sleep", pause)


def test_watch_follows_a_recording_to_the_bucket(
    lobby: Lobby, gr: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    gr("start", "--room", ROOM)
    task = running(lobby)
    between_looks(monkeypatch, lambda: lobby.gme.stop_record(APP, task))
    ended = gr("watch", "--room", ROOM, "--json")
    assert ended.code == ExitCode.OK
    events = ended.data
    assert events[0]["event"] == "recording"
    assert events[0]["taskId"] == task
    assert "until" in events[0]
    statuses = [event["status"] for event in events if event["event"] == "file"]
    assert (statuses[0], statuses[-1]) == ("recording", "uploaded")
    assert [event["event"] for event in events if event["event"] != "file"] == ["recording", "ended"]


def test_watch_of_a_task_that_is_over_shows_its_files(lobby: Lobby, gr: Shell) -> None:
    gr("start", "--room", ROOM)
    task = running(lobby)
    gr("stop", "--task", task)
    ended = gr("watch", "--task", task, "--every", "0.1")
    assert ended.code == ExitCode.OK
    assert f"uploaded     {APP}_lobby/{task}_" in ended.out
    assert ended.err == f"{LIMITS}\n"


def test_watch_gives_up_on_a_file_that_does_not_come(
    lobby: Lobby, gr: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    lobby.local._send("PUT", "/admin/gme/profile", {"processingSeconds": 80_000})
    gr("start", "--room", ROOM)
    task = running(lobby)
    gr("stop", "--task", task)
    between_looks(monkeypatch, lambda: lobby.pass_(120))
    ended = gr("watch", "--task", task, "--patience", "1")
    assert ended.code == ExitCode.TIMEOUT
    assert "its files are still not in the bucket" in ended.out


def test_watch_of_nothing_is_refused(lobby: Lobby, gr: Shell) -> None:
    assert gr("watch", "--room", ROOM).code == ExitCode.DIFFERS


def test_watch_that_keeps_starts_a_recording_as_asked(
    lobby: Lobby, gr: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gme_recording.cli.recording.time.sleep", interrupt)
    ended = gr("watch", "--room", ROOM, "--keep", "--mode", "single")
    assert ended.code == ExitCode.CANCELLED
    assert "renewed 10 min before" in ended.err
    task = lobby.gme.find_task(APP, ROOM)
    assert task is not None
    assert task.mode == RecordMode.SINGLE
