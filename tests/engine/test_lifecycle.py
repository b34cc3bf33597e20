"""The main job on the official engine: deploy, leave alone, change, drift, fail, repeat, destroy."""

from typing import Any

import pytest

from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service
from gme_recording.deploy.lookup import LINKED_ROLE
from gme_recording.errors import ExitCode
from gme_recording.smoke.model import RECORDING_ROLE
from tests.support.engine import NAMES, Project

pytestmark = pytest.mark.engine

BIZ_ID = 1400000001
MARKER = "recording-smoke-marker"


def changes(step: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(change["path"], change["old"], change["new"]) for change in step["changes"]}


def by_name(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in data["steps"]}


def switch_recording_off(project: Project) -> None:
    shown = dict(project.console.recording(BIZ_ID))
    project.console.put_recording(
        BIZ_ID,
        {key: shown[key] for key in ("scope", "bucket", "region", "callbackUrl")} | {"recording": False},
    )


def test_from_nothing_to_deployed_and_back(project):
    up = project.done("up", "--json").data()

    assert {step["op"] for step in up["steps"]} == {"create"}
    assert up["outputs"]["bucket"] == "voice-local-1250000000"
    assert [report["passed"] for report in up["smoke"]] == [True]
    assert up["console"].endswith("/console")
    shown = project.console.recording(BIZ_ID)
    assert (shown["recording"], shown["scope"], shown["bucket"]) == (True, "custom", "voice-local-1250000000")

    again = project.done("up", "--json").data()
    assert (again["steps"], again["smoke"]) == ([], [])

    project.done("destroy")
    assert project.existing() == dict.fromkeys(NAMES)
    assert "not touched" not in project.done("destroy").out


def test_a_changed_stack_file_is_previewed_applied_and_proved_again(deployed):
    deployed.edit("keep: 30 days", "keep: 60 days")
    deployed.edit("voice.example.com/gme/recording", "voice.example.com/gme/other")

    preview = by_name(deployed.done("preview", "--json").data())

    assert {(old, new) for _, old, new in changes(preview["recording-storage-bucket"])} == {("30", "60")}
    callback = '"https://voice.example.com/gme/recording"', '"https://voice.example.com/gme/other"'
    assert ("callbackUrl", *callback) in changes(preview["recording-console-1400000001-settings"])
    assert MARKER in preview
    assert deployed.run("preview", "--expect-no-changes").code == ExitCode.DIFFERS

    up = deployed.done("up", "--json").data()

    assert [report["passed"] for report in up["smoke"]] == [True]
    assert deployed.console.recording(BIZ_ID)["callbackUrl"] == "https://voice.example.com/gme/other"
    deployed.done("up", "--expect-no-changes")


def test_a_service_switched_off_and_a_grant_revoked_are_drift_that_up_repairs(deployed):
    switch_recording_off(deployed)
    cam = Service(deployed.cloud, "cam")
    cam.call("DeleteServiceLinkedRole", {"RoleName": RECORDING_ROLE}, Repeat.HARMFUL)

    deployed.done("preview", "--expect-no-changes")
    drift = deployed.run("preview", "--refresh", "--expect-no-changes", "--json")

    assert drift.code == ExitCode.DIFFERS
    found = {step["name"]: step["op"] for step in drift.data()["steps"] if step["drift"]}
    assert found == {"recording-access-grant": "delete", "recording-console-1400000001-settings": "update"}

    up = deployed.done("up", "--refresh", "--json").data()

    assert deployed.console.recording(BIZ_ID)["recording"] is True
    assert deployed.existing()[LINKED_ROLE]
    assert [report["passed"] for report in up["smoke"]] == [True]
    deployed.done("preview", "--refresh", "--expect-no-changes")


def test_a_failing_smoke_test_fails_every_up_until_it_passes(deployed):
    switch_recording_off(deployed)
    deployed.edit("record: 1 second", "record: 2 seconds")

    for _ in range(2):
        failed = deployed.run("up")

        assert failed.code == ExitCode.FAILED
        assert "smoke test" in failed.err
        assert "service" in failed.err
        assert "request" in failed.err
        assert "hint: " in failed.err
        assert "Traceback" not in failed.err
        assert "KeyboardInterrupt" not in failed.err

    deployed.done("up", "--refresh")
    deployed.done("up", "--expect-no-changes")


def test_refresh_takes_the_cloud_into_the_state(deployed):
    switch_recording_off(deployed)

    assert deployed.run("refresh", "--expect-no-changes").code == ExitCode.DIFFERS

    assert "recording-console-1400000001-settings" in by_name(deployed.done("preview", "--json").data())


def test_outputs_are_printed_for_people_and_programs(deployed):
    assert deployed.done("output", "bucket").out == "voice-local-1250000000\n"
    assert deployed.done("output", "--json").data()["role"] == "GME_QCSLinkedRoleInGameMedia"
    assert deployed.run("output", "nonsense").code == ExitCode.INPUT


def test_nothing_is_written_outside_the_project_but_the_cache_that_doctor_lists(project, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    project.done("up", HOME=str(home))

    turns = home / ".cache" / "gme-recording" / "rate"
    assert {path for path in home.rglob("*") if not path.is_relative_to(turns)} == {*turns.parents} - {
        home,
        *home.parents,
    }
    assert str(turns) in project.run("doctor", HOME=str(home)).out
