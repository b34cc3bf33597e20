"""`settings`, and `confirm` of what a runbook said."""

import json
import shutil
from pathlib import Path

import pytest

from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, ApiError
from gme_recording.api.gme import Gme
from gme_recording.api.local import LocalCloud
from gme_recording.cli import app
from gme_recording.errors import ExitCode

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    monkeypatch.chdir(tmp_path)
    for name in ("GME_RECORDING_CLOUD", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = app.run(list(arguments))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_settings_of_tencent_cloud_end_with_what_a_person_has_to_do(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = ran(capsys, "settings", "--stack", "dev")
    assert code == ExitCode.DIFFERS
    assert "confirmed by nobody" in out
    assert "unknown: " in out
    assert "to do: set them in the GME console" in out
    ran(capsys, "confirm", "--stack", "dev", "--by", "Lin")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKIDreal")
    monkeypatch.setenv("TENCENTCLOUD_SECRET_KEY", "canary-secret-key")
    answers = {ROOM_NOT_FOUND: (ExitCode.OK, True), SERVICE_NOT_OPENED: (ExitCode.DIFFERS, False)}
    for refusal, (ending, activated) in answers.items():
        said = ApiError(refusal, "refused", action="StartRecord")
        monkeypatch.setattr(Gme, "probe", lambda self, biz_id, said=said: said)
        code, out, _ = ran(capsys, "settings", "--stack", "dev", "--json")
        (data, *_) = json.loads(out)
        assert (code, data["activated"], data["confirmed"], data["by"]) == (ending, activated, "yes", "Lin")
        assert "canary-secret-key" not in out


def test_settings_of_the_local_cloud_are_read_from_its_console(
    project: Path, capsys: pytest.CaptureFixture[str], local_cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    code, out, _ = ran(capsys, "settings")
    assert code == ExitCode.DIFFERS
    assert "to do: gme-recording up" in out
    assert LocalCloud(local_cloud.url).recording(1400000001)["recording"] is False
    assert "no: Disable" in out


def test_a_local_cloud_that_does_not_run_proves_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = ran(capsys, "settings")
    assert code == ExitCode.DIFFERS
    assert "unknown: the local cloud is not running" in out


def test_only_what_the_runbook_said_is_confirmed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = project / "stacks" / "Pulumi.local.yaml"
    _, out, _ = ran(capsys, "runbook", "--json")
    followed = json.loads(out)[0]["fingerprint"]
    before = file.read_text()
    file.write_text(before.replace("/gme/recording", "/gme/other"))
    code, _, err = ran(capsys, "confirm", "--fingerprint", followed)
    assert code == ExitCode.INPUT
    assert f"{followed} does not stand for what stack local declares: demo is " in err
    assert "confirmed" not in file.read_text()
    file.write_text(before)
    assert ran(capsys, "confirm", "--fingerprint", followed)[0] == ExitCode.OK
    assert f'confirmed: "{followed}"' in file.read_text()


@pytest.mark.parametrize("verb", ["settings", "confirm", "runbook"])
def test_an_unknown_application_is_refused_with_those_that_exist(
    project: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    code, _, err = ran(capsys, verb, "--app", "nonsense")
    assert code == ExitCode.INPUT
    assert "--app demo" in err
