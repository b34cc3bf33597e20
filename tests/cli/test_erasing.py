import hashlib
import json
from pathlib import Path

import pytest

from gme_recording.errors import ExitCode
from gme_recording.recordings import erase_plan
from tests.recordings.world import APP, BUCKET, World
from tests.support.shell import Shell

ABSENT = f"{APP}_lobby_7/2026-01-01-19-00-00_0_audio.mp3"


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


def test_nothing_to_erase_is_not_said_while_something_is_not_understood(world: World, gr: Shell) -> None:
    world.put(f"{APP}_lobby_7/transcript.txt")
    planned = gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    assert (planned.code, f"UNCLEAR, stays: {BUCKET}/{APP}_lobby_7/transcript.txt" in planned.err) == (
        ExitCode.DIFFERS,
        True,
    )
    assert "--numeric-users" not in planned.err
    assert gr("recordings", "erase", "--plan", "p.json", "--yes").code == ExitCode.DIFFERS


def test_erase_finds_replicas_by_itself(world: World, gr: Shell) -> None:
    world.replica("ap-shanghai", "copy-1250000000")
    world.put(ABSENT)
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


def test_each_run_of_a_plan_leaves_a_record_of_its_own(world: World, gr: Shell, tmp_path: Path) -> None:
    world.recorded("lobby", "7", mode=1)
    gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    first = gr("recordings", "erase", "--plan", "p.json", "--by", "Ada", "--yes", "--json")
    second = gr("recordings", "erase", "--plan", "p.json", "--by", "Grace", "--yes", "--json")
    assert [Path(one.data["record"]).name for one in (first, second)] == ["p.record.json", "p.record-2.json"]
    signed = [
        json.loads((tmp_path / one.data["record"]).read_text())["signedOffBy"] for one in (first, second)
    ]
    assert signed == ["Ada", "Grace"]


def test_options_that_would_change_a_plan_are_refused_where_it_is_carried_out(
    world: World, gr: Shell
) -> None:
    gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    ended = gr("recordings", "erase", "--plan", "p.json", "--include-mixed", "--room", "lobby", "--yes")
    assert (ended.code, "--room, --include-mixed would change the plan" in ended.err) == (
        ExitCode.INPUT,
        True,
    )


def test_a_record_that_cannot_be_written_stops_before_anything_is_erased(world: World, gr: Shell) -> None:
    world.recorded("lobby", "7", mode=1)
    gr("recordings", "erase", "--user", "7", "--plan", "p.json", "--plan-only")
    Path("p.record.json.part").mkdir()
    ended = gr("recordings", "erase", "--plan", "p.json", "--yes")
    assert (ended.code, "p.record.json cannot be written" in ended.err) == (ExitCode.INPUT, True)
    assert len(world.listed()) == 1
