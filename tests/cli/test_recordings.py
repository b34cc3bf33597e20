from pathlib import Path

import pytest

from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.recordings.world import APP, BUCKET, World
from tests.support.shell import Shell

ABSENT = f"{APP}_lobby_7/2026-01-01-19-00-00_0_audio.mp3"


def test_list_shows_what_is_wanted_as_text_and_json(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", "8")
    listed = gr("recordings", "list", "--user", "7", "--json")
    assert (listed.code, [one["key"] for one in listed.data]) == (ExitCode.OK, [world.listed()[1]])
    assert (listed.data[0]["roomId"], listed.data[0]["sure"]) == ("lobby", True)

    shown = gr("recordings", "list", "--app", "demo", "--mixed")
    assert "room lobby, mixed" in shown.out
    assert "1 recordings" in shown.err
    assert len(gr("recordings", "list", "--limit", "2", "--json").data) == 2


def test_list_of_nothing_is_an_empty_list(world: World, gr: Shell) -> None:
    assert gr("recordings", "list", "--json").data == []
    assert gr("recordings", "list").out == ""


def test_list_by_task_asks_gme_which_streams_are_its_own(world: World, gr: Shell) -> None:
    task = world.recorded("lobby", "7")
    world.recorded("lobby", "8")
    found = gr("recordings", "list", "--task", task, "--json").data
    assert [(one["mixed"], one["userId"]) for one in found] == [(True, ""), (False, "7")]
    assert gr("recordings", "list", "--task", "446192236330927999", "--json").data == []


def test_list_tells_how_much_it_does_not_understand(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", mode=1)
    world.put(f"{ABSENT}.json")
    for arguments in (["list"], ["list", "--json"], ["get"]):
        ended = gr("recordings", *arguments)
        assert "1 objects not understood" in ended.err
        assert f"such as {ABSENT}.json" in ended.err
    assert "not understood" not in gr("recordings", "list", "--room", "hall").err


def test_a_recording_that_no_http_client_can_ask_for_is_told(world: World, gr: Shell) -> None:
    world.recorded("a/../b", "7", mode=1)
    (key,) = world.listed()
    for verb in ("show", "play-url"):
        ended = gr("recordings", verb, key)
        assert (ended.code, "COS console" in ended.err) == (ExitCode.FAILED, True)
    ended = gr("recordings", "get", key)
    assert (ended.code, "COS console" in ended.out) == (ExitCode.FAILED, True)
    assert gr("recordings", "delete", key, "--yes").code == ExitCode.OK


def test_list_tells_of_doubt_and_takes_advice(world: World, gr: Shell) -> None:
    world.recorded("red_team", "7", mode=1)
    assert "or user team_7 in room red?" in gr("recordings", "list").out
    for advice in (["--numeric-users"], ["--known-room", "red_team"], ["--known-user", "7"]):
        (found,) = gr("recordings", "list", "--json", *advice).data
        assert (found["roomId"], found["userId"], found["sure"]) == ("red_team", "7", True)


def test_list_by_time(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", mode=1)
    assert len(gr("recordings", "list", "--since", "2026-01-31", "--json").data) == 1
    assert gr("recordings", "list", "--until", "2026-01-31T08:00+08:00", "--json").data == []


def test_show_says_where_and_until_when(world: World, gr: Shell) -> None:
    world.recorded("red_team", "7", mode=1)
    world.expire(30)
    shown = gr("recordings", "show", world.listed()[0], "--json").data
    assert (shown["bucket"], shown["application"], shown["storageClass"]) == (BUCKET, "demo", "STANDARD")
    assert shown["expires"] > shown["arrived"]
    assert [one["roomId"] for one in shown["couldBe"]] == ["red_team", "red"]


def test_get_downloads_and_then_has_everything(world: World, gr: Shell, tmp_path: Path) -> None:
    world.recorded("lobby", "7", "8")
    first = gr("recordings", "get", "--to", "out", "--room", "lobby")
    assert (first.code, "3 of 3 recordings are in out" in first.err) == (ExitCode.OK, True)
    again = gr("recordings", "get", "--to", "out", "--room", "lobby", "--json")
    assert {one["outcome"] for one in again.data} == {"present"}
    assert all((tmp_path / "out" / key).is_file() for key in world.listed())


def test_get_by_key_fails_for_what_is_not_there(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", mode=1)
    ended = gr("recordings", "get", ABSENT, world.listed()[0])
    assert ended.code == ExitCode.FAILED
    assert "NoSuchKey" in ended.out
    assert "1 of 2 recordings are in recordings" in ended.err


def test_play_url_warns_and_expires(world: World, gr: Shell) -> None:
    world.put(ABSENT)
    ended = gr("recordings", "play-url", ABSENT, "--for", "2")
    assert ended.out.startswith(f"http://{BUCKET}.cos.ap-guangzhou.myqcloud.com/")
    assert "whoever has this link can listen, and it cannot be taken back; it expires at 20" in ended.err
    assert gr("recordings", "play-url", ABSENT, "--for", "100000").code == ExitCode.INPUT


@pytest.mark.parametrize("verb", ["show", "play-url"])
def test_what_is_not_there_is_told(world: World, gr: Shell, verb: str) -> None:
    ended = gr("recordings", verb, ABSENT)
    assert (ended.code, "there is no object" in ended.err) == (ExitCode.FAILED, True)


@pytest.mark.parametrize(
    ("key", "said"),
    [("readme.txt", "not the key of a recording"), (ABSENT.replace(str(APP), "15"), "no application '15'")],
)
@pytest.mark.parametrize("verb", ["show", "get", "play-url", "delete"])
def test_a_key_of_nothing_that_is_known_is_refused(
    world: World, gr: Shell, verb: str, key: str, said: str
) -> None:
    ended = gr("recordings", verb, key)
    assert (ended.code, said in ended.err) == (ExitCode.INPUT, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["recordings", "list"],
        ["recordings", "get"],
        ["reconcile"],
        ["recordings", "erase", "--plan", "p", "--user", "7"],
    ],
)
def test_an_unknown_application_is_refused_with_those_that_exist(
    world: World, gr: Shell, arguments: list[str]
) -> None:
    ended = gr(*arguments, "--app", "nonsense")
    assert (ended.code, "--app demo" in ended.err) == (ExitCode.INPUT, True)


def test_a_blank_id_means_nobody_and_is_refused(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    erasing = ["recordings", "erase", "--plan", "p.json", "--yes"]
    for arguments, options in (
        (["recordings", "list"], ["--user", "--room", "--task"]),
        (["recordings", "get"], ["--user", "--room", "--task"]),
        (erasing, ["--user"]),
        ([*erasing, "--user", "7"], ["--room"]),
        (["reconcile"], ["--room", "--task"]),
    ):
        for option in options:
            for blank in ("", " "):
                ended = gr(*arguments, option, blank)
                assert (ended.code, f"'{option}'" in ended.err) == (ExitCode.INPUT, True), (arguments, option)
    assert len(world.listed()) == 2


@pytest.mark.parametrize("task", ["", "abc", "0", "-1", "1.0", "9" * 23, str(2**64)])
def test_what_is_no_task_id_is_refused(gr: Shell, task: str) -> None:
    for verb in (["recordings", "list"], ["recordings", "get"], ["reconcile"], ["record", "files"]):
        ended = gr(*verb, f"--task={task}")
        assert (ended.code, "is no task id" in ended.err) == (ExitCode.INPUT, True)


def test_mixed_streams_are_nobodys_own(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    for verb in ("list", "get"):
        for other in (["--single"], ["--user", "7"]):
            ended = gr("recordings", verb, "--mixed", *other)
            assert (ended.code, "nobody's own" in ended.err) == (ExitCode.INPUT, True)
    (found,) = gr("recordings", "list", "--single", "--json").data
    assert found["userId"] == "7"


def test_delete_wants_to_be_agreed_to(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", mode=1)
    (key,) = world.listed()
    refused = gr("recordings", "delete", key)
    assert (refused.code, "--yes" in refused.err, world.listed()) == (ExitCode.INPUT, True, [key])

    assert gr("recordings", "delete", key, "--yes", "--json").data == [
        {"key": key, "versionId": "", "outcome": "deleted"}
    ]
    assert world.listed() == []
    absent = gr("recordings", "delete", key, "--yes")
    assert (absent.code, "there is no object" in absent.err) == (ExitCode.FAILED, True)


def test_delete_takes_older_versions_when_asked(world: World, gr: Shell) -> None:
    world.versioned()
    world.put(ABSENT, b"one")
    world.put(ABSENT, b"two")
    assert gr("recordings", "delete", ABSENT, "--yes").code == ExitCode.OK
    assert len(list(world.objects.versions(BUCKET, ""))) == 3
    assert len(gr("recordings", "delete", ABSENT, "--yes", "--all-versions", "--json").data) == 3
    assert list(world.objects.versions(BUCKET, "")) == []


@pytest.mark.parametrize("arguments", [["recordings", "list"], ["reconcile"], ["recordings", "show", ABSENT]])
def test_no_local_cloud_is_told(
    world: World, gr: Shell, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.delenv("GME_RECORDING_CLOUD")
    ended = gr(*arguments)
    assert (ended.code, "cloud start" in ended.err) == (ExitCode.UNAVAILABLE, True)


def test_no_bucket_is_told(world: World, gr: Shell, local_cloud: RunningCloud) -> None:
    world.sdk.delete_bucket(Bucket=BUCKET)
    ended = gr("recordings", "list", "--json")
    assert (ended.code, "NoSuchBucket" in ended.err) == (ExitCode.FAILED, True)


def test_no_stack_is_told(world: World, gr: Shell) -> None:
    assert gr("recordings", "list", "--stack", "nonsense").code == ExitCode.NO_STACK
