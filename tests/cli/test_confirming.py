"""`settings`, and `confirm` of what a runbook said."""

import json
import shutil
from pathlib import Path

import pytest

from components.config import parse
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
    file = project / "stacks" / "Pulumi.dev.yaml"
    _, out, _ = ran(capsys, "runbook", "--stack", "dev", "--json")
    followed = json.loads(out)[0]["fingerprint"]
    before = file.read_text()
    file.write_text(before.replace("/gme/recording", "/gme/other"))
    code, _, err = ran(capsys, "confirm", "--stack", "dev", "--fingerprint", followed)
    assert code == ExitCode.INPUT
    assert f"{followed} does not stand for what stack dev declares: arena is " in err
    assert "confirmed" not in file.read_text()
    file.write_text(before)
    assert ran(capsys, "confirm", "--stack", "dev", "--fingerprint", followed)[0] == ExitCode.OK
    assert f'confirmed: "{followed}"' in file.read_text()


@pytest.mark.parametrize(
    "by", ["", " ", "Ann\n", "Ann\nLee", "A" * 101, "\x7f", "\x85", "\udcff", "Ann\ufeff"]
)
def test_a_name_that_the_stack_file_could_not_hold_is_refused_before_it_is_written(
    project: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    file = project / "stacks" / "Pulumi.dev.yaml"
    before = file.read_bytes()
    code, _, err = ran(capsys, "confirm", "--stack", "dev", "--by", by)
    assert code == ExitCode.INPUT
    assert "a person's name, 1 to 100 characters" in err
    assert file.read_bytes() == before


@pytest.mark.parametrize("by", ["A" * 100, "Ann: Lee", "李娜", '"', "- x #"])
def test_what_confirm_wrote_is_read_back(project: Path, capsys: pytest.CaptureFixture[str], by: str) -> None:
    assert ran(capsys, "confirm", "--stack", "dev", "--by", by)[0] == ExitCode.OK
    app_read = parse.load("dev", project).apps[0]
    assert app_read.confirmation is not None
    assert app_read.confirmation.by == by


def test_a_user_without_a_name_is_asked_for_one(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 2**31 - 2)
    code, _, err = ran(capsys, "confirm", "--stack", "dev")
    assert code == ExitCode.INPUT
    assert "--by" in err


def test_nobody_sets_or_confirms_the_local_console(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "runbook")
    assert (code, out) == (0, "Application 1400000001: `up` sets the local console; nothing is to be done.\n")
    assert json.loads(ran(capsys, "runbook", "--json")[1])[0]["byHand"] is False
    code, _, err = ran(capsys, "confirm", "--by", "Lin")
    assert code == ExitCode.INPUT
    assert "stack local needs no confirmation" in err
    assert "confirmed" not in (project / "stacks" / "Pulumi.local.yaml").read_text()


@pytest.mark.parametrize("verb", ["settings", "confirm", "runbook"])
def test_an_unknown_application_is_refused_with_those_that_exist(
    project: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    code, _, err = ran(capsys, verb, "--app", "nonsense")
    assert code == ExitCode.INPUT
    assert "--app demo" in err
