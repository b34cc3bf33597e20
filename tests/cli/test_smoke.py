"""`gme-recording smoke` against a local cloud."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from components.config import parse
from components.smoke import targets
from gme_recording.api import LifecycleRule
from gme_recording.cli import app
from gme_recording.errors import ExitCode
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.smoke import last
from gme_recording.smoke.table import CHECKS
from tests.smoke.environment import APP, BUCKET, Environment
from tests.support.terminal import terminal

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(local_cloud: RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """A stack of two applications, of which the second one is not set up in the console."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    text = (ROOT / "stacks" / "Pulumi.local.yaml").read_text()
    second = f"    - name: second\n      bizId: {APP + 1}\n  gme-recording:smoke:"
    text = text.replace("  gme-recording:smoke:", second).replace("name: voice-local", "name: voice")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    made = Environment(local_cloud)
    made.local.create_application(APP + 1, "second")
    declared = targets(parse.load("local", tmp_path))[0]
    made.console(callback_url=declared.callback_url)
    rules = [as_cos_has_it(rule) for rule in declared.lifecycle]
    made.sdk.put_bucket_lifecycle(Bucket=BUCKET, LifecycleConfiguration={"Rule": rules})
    tags = [{"Key": "environment", "Value": "local"}]
    made.sdk.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": {"Tag": tags}})
    return made


def as_cos_has_it(rule: LifecycleRule) -> dict[str, Any]:
    found: dict[str, Any] = {"ID": rule.id, "Status": "Enabled", "Filter": {"Prefix": rule.prefix}}
    if rule.expire_days:
        found["Expiration"] = {"Days": rule.expire_days}
    if rule.noncurrent_expire_days:
        found["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule.noncurrent_expire_days}
    if rule.abort_uploads_days:
        found["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": rule.abort_uploads_days}
    return found


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = app.run(["smoke", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_all_applications_are_tested_and_told_apart(
    environment: Environment, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    junit, markdown = tmp_path / "out" / "smoke.xml", tmp_path / "smoke.md"
    code, out, err = ran(capsys, "--json", "--junit", str(junit), "--markdown", str(markdown))
    assert (code, err) == (ExitCode.FAILED, "")
    first, second = json.loads(out)
    assert (first["app"], second["app"], second["diagnosis"]) == ("demo", "second", "not-activated")
    suites = ET.fromstring(junit.read_text())
    assert [suite.get("name") for suite in suites] == ["local/demo", "local/second"]
    assert len(suites[0]) == len(CHECKS) + 1
    assert "### ❌ Smoke test of local/second" in markdown.read_text()
    assert environment.leftovers()[:2] == (None, [])


def test_each_check_is_told_as_it_ends_with_its_application(
    environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, err = ran(capsys)
    assert "  pass  demo    identity  APPID 1250000000, main account\n" in err
    assert "  fail  second  service  StartRecord: " in err
    assert "cause: the recording service of application 1400000002 is switched off in the console" in out
    assert "hint: gme-recording up --refresh --stack local" in out


def test_one_application_is_chosen_by_its_number(
    environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, "--app", str(APP + 1))
    assert code == ExitCode.FAILED
    assert "local/demo" not in out
    assert "  fail  service  StartRecord: " in err


def test_report_that_cannot_be_written_is_said_after_the_test(
    environment: Environment, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    code, out, err = ran(capsys, "--app", "demo", "--junit", str(tmp_path / "file" / "smoke.xml"))
    assert code == ExitCode.INPUT
    assert f"Smoke test of local/demo (bizId {APP}, full)" in out
    assert "smoke.xml cannot be written" in err
    assert BUCKET in out


def test_what_was_tested_is_remembered_and_a_test_of_one_application_keeps_the_others(
    environment: Environment, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ran(capsys)
    before = last("local", tmp_path)
    assert [(one.app, one.passed) for one in before] == [("demo", True), ("second", False)]
    ran(capsys, "--app", "second")
    after = {one.app: one for one in last("local", tmp_path)}
    assert after["demo"] == before[0]
    assert after["second"].started > before[1].started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_that_ends_a_job_stops_the_recording_as_ctrl_c_does(
    environment: Environment, number: signal.Signals, tmp_path: Path
) -> None:
    """Sent twice, as `timeout` does: to the process, then to its group."""
    file = tmp_path / "stacks" / "Pulumi.local.yaml"
    file.write_text(file.read_text().replace("record: 1 second", "record: 20 seconds"))
    with terminal("smoke", "--app", "demo") as seen:
        seen.wait_for("pass  start")
        seen.process.send_signal(number)
        seen.process.send_signal(number)
        assert seen.code() == ExitCode.CANCELLED
    assert "pass  clean-up" in seen.shown
    assert seen.shown.endswith("interrupted\r\n")
    assert environment.leftovers()[:2] == (None, [])
