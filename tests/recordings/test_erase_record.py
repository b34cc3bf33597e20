import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings import erase, erase_plan
from gme_recording.recordings.erase_record import Record
from tests.recordings.erasing import NOW, REQUEST, a_plan, place
from tests.recordings.world import World


def test_a_plan_survives_its_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(a_plan().data()))
    assert erase_plan.read(file) == a_plan()
    assert erase_plan.read(file).digest == a_plan().digest
    assert replace(a_plan(), user_id="8").digest != a_plan().digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (None, "is not there"),
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError"),
        ({"erasePlan": 2}, "format 2 is not 1"),
        ({"surplus": 1}, "surplus"),
        ({"user_id": ""}, "names no user"),
        ({"bizId": 1}, "bizId"),
        ({"erase": [{**a_plan().data()["erase"][0], "key": "15_a_7/x"}]}, "not of application"),
        ({"erase": [{**a_plan().data()["erase"][0], "modified": "yesterday"}]}, "yesterday"),
        ({"erase": ["x"]}, "TypeError"),
    ],
)
def test_what_is_no_plan_is_refused(tmp_path: Path, change: object, said: str) -> None:
    file = tmp_path / "plan.json"
    if isinstance(change, dict):
        file.write_text(json.dumps({**a_plan().data(), **change}))
    elif change is not None:
        file.write_text(str(change))
    with pytest.raises(UserError) as refused:
        erase_plan.read(file)
    assert (refused.value.exit_code, said in refused.value.message) == (ExitCode.INPUT, True)
    assert "--plan" in refused.value.hint


def test_the_record_says_who_when_what_and_how_it_ended(world: World, tmp_path: Path) -> None:
    world.recorded("lobby", "7", "8")
    plan = erase.plan([place(world)], REQUEST)
    record = Record(plan, "Data protection", tmp_path / "r.json", world.now)

    record.carry_out(erase.act(plan, [place(world)]))

    written = json.loads((tmp_path / "r.json").read_text())
    assert record.failed == {}
    assert written["signedOffBy"] == "Data protection"
    assert written["planSha256"] == plan.digest
    assert written["began"] <= written["ended"]
    assert [(one["key"], one["outcome"]) for one in written["outcomes"]] == [(plan.erase[0].key, "erased")]
    assert written["left"] == {"mixed": 1, "unclear": 0}
    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o600


def test_the_record_of_an_interrupted_erasure_says_what_was_pending(tmp_path: Path) -> None:
    plan = a_plan()
    record = Record(plan, "me", tmp_path / "r.json", lambda: NOW)

    def interrupted() -> Sequence[object]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record.carry_out(interrupted() for _ in range(1))  # type: ignore[misc]

    written = json.loads((tmp_path / "r.json").read_text())
    assert (written["ended"], [one["outcome"] for one in written["outcomes"]]) == ("", ["pending"])
