"""The whole test against a real local cloud, and what it leaves however it ends."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gme_recording import smoke
from gme_recording.api import ApiError, Gme, Secret
from gme_recording.errors import ExitCode
from gme_recording.smoke import Mode
from gme_recording.smoke.checks import recording
from gme_recording.smoke.model import Check, Run
from gme_recording.smoke.table import CHECKS, CLEAN_UP
from tests.smoke import checks
from tests.smoke.environment import APP, BUCKET, NOTHING, Environment, eventually, found, proved


def test_whole_test_proves_everything_and_leaves_nothing(environment: Environment) -> None:
    shown = proved(environment)
    task = shown["start"].removeprefix("task ")
    patterns = {
        "identity": "APPID 1250000000, main account",
        "grant": "GME_QCSLinkedRoleInGameMedia",
        "bucket": f"{BUCKET} in ap-guangzhou",
        "bucket-settings": "1 lifecycle rule, encryption AES256, policy",
        "service": r"takes requests, request \S+",
        "wrong-biz-id": r"refused with InvalidParameterValue.InvalidBizId, request \S+",
        "start": r"task \d{18}",
        "task": f"task {task}, mode 2",
        "second-start": r"refused, request \S+",
        "modify": "mode 2 became 3",
        "recording": r"2 files being recorded",
        "stop": r"after \d\.\d s",
        "task-gone": "no task in the room",
        "file": rf"{APP}_gme-recording-smoke/{task}_[\d-]+_0_audio\.mp3, {APP}_\S+_90001/[\d-]+_0_audio\.mp3",
        "file-name": "mixed, user 90001",
        "file-plays": r"\d\.\d s, \d\.\d s at 16000 Hz",
        "callbacks": "6 events captured",
        "signatures": "6 signatures by the application's key",
        "anonymous": "unsigned GET answered with 403",
        "plain-http": "signed GET over plain http answered with 403",
        "stranger": r"APPID \d{10} refused, request \S+",
        CLEAN_UP: "took the player out of the room, deleted 2 files",
    }
    assert shown.keys() == patterns.keys()
    for id_, pattern in patterns.items():
        assert re.fullmatch(pattern, shown[id_]), (id_, shown[id_])
    assert environment.leftovers() == NOTHING


def test_test_can_be_repeated_at_once(environment: Environment) -> None:
    first, second = proved(environment), proved(environment)
    assert first["start"] != second["start"]


def test_probe_needs_no_room_and_records_nothing(environment: Environment) -> None:
    report = smoke.run(environment.target(mode=Mode.PROBE), environment.cloud)
    assert report.passed
    assert [result.id for result in report.results] == [
        "identity",
        "grant",
        "bucket",
        "bucket-settings",
        "service",
        "wrong-biz-id",
    ]
    assert environment.leftovers() == NOTHING


def test_clean_up_finds_what_it_cannot_take_back(environment: Environment) -> None:
    report = environment.smoke(
        anonymous=lambda run: environment.local.leave(APP, run.target.room, recording.ROBOT)
    )
    assert "could not take the player out of the room" in found(report, CLEAN_UP)
    assert "deleted 2 files" in report.results[-1].found


def test_interrupted_test_leaves_nothing(environment: Environment) -> None:
    def interrupt(_: Run) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        environment.smoke(recording=interrupt)
    task, rooms, _ = environment.leftovers()
    assert (task, rooms) == (None, [])


def test_interrupted_test_is_swept_by_the_next_one(environment: Environment) -> None:
    run = environment.run()

    def kill(_: Run) -> None:
        run.undo.clear()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        environment.smoke(run, recording=kill)
    assert environment.gme.find_task(APP, run.target.room) is not None
    assert run.task_id in proved(environment)["start"]
    assert eventually(lambda: environment.leftovers()[:2] == NOTHING[:2])


def test_failed_check_is_worded_for_a_deployment(environment: Environment) -> None:
    environment.console(recording=False)
    report = smoke.run(environment.target(), environment.cloud)
    message = smoke.failure_message([report])
    assert report.failure is not None
    assert message.startswith("smoke test of local/demo failed at service: StartRecord: ")
    assert report.failure.request_id in message
    assert message.endswith("hint: gme-recording up --refresh --stack local")


def test_wrong_secret_has_the_exit_code_of_credentials(environment: Environment) -> None:
    wrong = replace(environment.cloud.credentials, secret_key=Secret("wrong"))
    with pytest.raises(ApiError) as error:
        Gme(replace(environment.cloud, credentials=wrong)).find_task(APP, "r")
    assert error.value.exit_code is ExitCode.AUTH


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_has_a_test_of_what_it_finds(check: Check) -> None:
    (folder,) = checks.__path__
    tests = "".join(file.read_text() for file in Path(folder).glob("test_*.py"))
    assert f"def test_{check.id.replace('-', '_')}_finds" in tests
