import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gme_recording.callbacks.store import Arrival, Store
from gme_recording.cli import app
from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.recordings import erase_plan
from tests.recordings.world import APP, BUCKET, World

ROOT = Path(__file__).parents[2]
ABSENT = f"{APP}_lobby_7/2026-01-01-19-00-00_0_audio.mp3"


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Shell:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Ended:
        code = app.run(list(arguments))
        told = self._capsys.readouterr()
        return Ended(code, told.out, told.err)


@pytest.fixture
def world(local_cloud: RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The local stack as deployed, and a project folder that is the working directory."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "GME_CALLBACK_STORE"):
        monkeypatch.delenv(name, raising=False)
    return World(local_cloud)


@pytest.fixture
def gr(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)


def kept(world: World, file: Path) -> str:
    """The receiver's database, as if it had heard what the local cloud made."""
    store = Store(file)
    arrivals = [Arrival(APP, str(event).encode(), 0.0, event) for event in world.events()]
    store.add(arrivals, queue=False)
    store.close()
    return str(file)


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


def test_erase_plans_then_erases_that_plan_and_signs(world: World, gr: Shell, tmp_path: Path) -> None:
    world.recorded("lobby", "7", "8", mode=1)
    planned = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    assert planned.code == ExitCode.DIFFERS
    assert "out of reach" in planned.err
    assert len(world.listed()) == 2

    asked = gr("recordings", "erase", "--plan", "p.json")
    assert (asked.code, len(world.listed())) == (ExitCode.INPUT, 2)

    done = gr("recordings", "erase", "--plan", "p.json", "--by", "Data protection", "--yes", "--json")
    plan = erase_plan.read(tmp_path / "p.json")
    record = json.loads((tmp_path / "p.record.json").read_text())
    assert (done.code, done.data["erased"], done.data["sha256"]) == (ExitCode.OK, 1, plan.digest)
    assert (record["signedOffBy"], record["planSha256"]) == ("Data protection", plan.digest)
    assert [one["outcome"] for one in record["outcomes"]] == ["erased"]
    assert [key.partition("/")[0] for key in world.listed()] == [f"{APP}_lobby_8"]
    assert gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only").code == ExitCode.OK


def test_erase_says_what_a_person_must_decide(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    done = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--yes")
    assert (done.code, "CANNOT BE CUT" in done.err) == (ExitCode.DIFFERS, True)
    assert "--include-mixed" in done.err
    whole = gr(
        "recordings",
        "erase",
        "--user",
        "7",
        "--plan",
        "p.json",
        "--yes",
        "--include-mixed",
        "--room",
        "lobby",
    )
    assert (whole.code, world.listed()) == (ExitCode.OK, [])


def test_erase_finds_replicas_by_itself(world: World, gr: Shell) -> None:
    _, sdk = world.replica("ap-shanghai", "copy-1250000000")
    world.put(ABSENT)
    world.put(ABSENT, bucket="copy-1250000000", sdk=sdk)
    done = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--yes", "--json")
    assert (done.code, done.data["erased"]) == (ExitCode.OK, 2)


def test_erase_tells_that_a_room_is_still_recorded(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", mode=1)
    world.join("lobby", "7")
    task = world.gme.start_record(APP, "lobby", 1)
    planned = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    assert f"task {task}" in planned.err


def test_erase_with_an_erasers_key_says_what_it_could_not_see(
    world: World, gr: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.recorded("lobby", "7", mode=1)
    actions = ["DeleteMultipleObjects", "DeleteObject", "GetBucket", "GetBucketObjectVersions"]
    allowed = {"effect": "allow", "action": [f"cos:{one}" for one in actions], "resource": "*"}
    who = world.as_user("eraser", allowed).credentials
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", who.secret_id)
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", who.secret_key.reveal())

    done = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--yes")

    assert (done.code, world.listed()) == (ExitCode.OK, [])
    for unseen in ("Replicas of", "When lifecycle deletes", "Whether rooms are being recorded now"):
        assert unseen in done.err
    assert (
        who.secret_key.reveal()
        not in done.err + Path("p.json").read_text() + Path("p.record.json").read_text()
    )


def test_a_refused_erasure_fails_and_is_recorded(
    world: World, gr: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.recorded("lobby", "7", mode=1)
    actions = ["cos:GetBucketObjectVersions", "cos:HeadBucket"]
    who = world.as_user("viewer", {"effect": "allow", "action": actions, "resource": "*"}).credentials
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", who.secret_id)
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", who.secret_key.reveal())
    done = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--yes")
    assert (done.code, "not erased (AccessDenied)" in done.err) == (ExitCode.FAILED, True)
    assert json.loads(Path("p.record.json").read_text())["outcomes"][0]["outcome"] == "AccessDenied"


def test_a_plan_of_another_stack_is_refused(world: World, gr: Shell, tmp_path: Path) -> None:
    gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    file = tmp_path / "p.json"
    file.write_text(file.read_text().replace('"stack": "local"', '"stack": "prod"'))
    ended = gr("recordings", "erase", "--plan", "p.json", "--yes")
    assert (ended.code, "--stack prod" in ended.err) == (ExitCode.INPUT, True)
    assert gr("recordings", "erase", "--plan", "none.json", "--yes").code == ExitCode.INPUT


def test_a_plans_digest_is_of_what_is_in_the_file(world: World, gr: Shell, tmp_path: Path) -> None:
    world.recorded("lobby", "7", mode=1)
    data = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only", "--json").data
    content = json.loads((tmp_path / "p.json").read_text())
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert data["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_reconcile_finds_nothing_and_then_what_is_lost(world: World, gr: Shell, tmp_path: Path) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    store = kept(world, tmp_path / "callbacks.sqlite")
    fine = gr("reconcile", "--callbacks", store)
    assert (fine.code, "demo (1400000001): 2 of 2 files" in fine.out) == (ExitCode.OK, True)

    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[1])
    lost = gr("reconcile", "--callbacks", store, "--json")
    (gap,) = lost.data[0]["gaps"]
    assert (lost.code, gap["why"], gap["userId"]) == (ExitCode.DIFFERS, "lost", "7")
    shown = gr("reconcile", "--callbacks", store)
    assert "lost: room lobby, user 7" in shown.out
    assert "hint (lost):" in shown.out


def test_reconcile_works_without_callbacks(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    assert gr("reconcile").code == ExitCode.OK
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[1])
    assert gr("reconcile").code == ExitCode.DIFFERS
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[0])
    assert gr("reconcile").code == ExitCode.OK, "nobody is left who knows the task"


def test_reconcile_takes_tasks_and_rooms_that_someone_knows(world: World, gr: Shell) -> None:
    task = world.recorded("lobby", "7", mode=1)
    world.advance(3600)
    world.sdk.delete_object(Bucket=BUCKET, Key=world.listed()[0])
    assert gr("reconcile", "--task", task).code == ExitCode.DIFFERS
    world.join("hall", "9")
    world.gme.start_record(APP, "hall", 1)
    world.advance(7200)
    found = gr("reconcile", "--room", "hall", "--longest", "1", "--json")
    assert [gap["why"] for gap in found.data[0]["gaps"]] == ["running too long"]


def test_reconcile_does_not_miss_what_was_erased(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7")
    world.advance(3600)
    gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--yes")
    assert gr("reconcile").code == ExitCode.DIFFERS
    assert gr("reconcile", "--erased", "p.record.json").code == ExitCode.OK
    wrong = gr("reconcile", "--erased", "p.json")
    assert (wrong.code, "no record of an erasure" in wrong.err) == (ExitCode.INPUT, True)


def test_reconcile_without_its_database_says_so(world: World, gr: Shell) -> None:
    ended = gr("reconcile", "--callbacks", "none.sqlite")
    assert (ended.code, "callbacks serve" in ended.err) == (ExitCode.UNAVAILABLE, True)


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
