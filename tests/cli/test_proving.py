import json
import shutil
from pathlib import Path

import pytest

from gme_recording.cli import app
from gme_recording.errors import ExitCode

ROOT = Path(__file__).parents[2]
VERBS_OF_A_STACK = ("up", "preview", "refresh", "destroy", "output", "smoke", "runbook", "confirm")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A copy of the project's configuration, in which a stack file can be changed."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = app.run(list(arguments))
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_runbook_asks_for_action_until_the_settings_are_confirmed(project, capsys):
    code, out, _ = ran(capsys, "runbook", "--stack", "dev", "--json")
    (app_data,) = json.loads(out)
    assert (code, app_data["confirmed"], app_data["bizId"]) == (ExitCode.DIFFERS, False, 1400100001)

    assert ran(capsys, "confirm", "--stack", "dev", "--by", "Operator")[0] == ExitCode.OK

    code, out, _ = ran(capsys, "runbook", "--stack", "dev")
    assert code == ExitCode.OK
    assert app_data["fingerprint"] in out
    text = (project / "stacks" / "Pulumi.dev.yaml").read_text()
    assert f'confirmed: "{app_data["fingerprint"]}"' in text
    assert text.startswith("# dev:")


def test_the_runbook_shows_each_field(project, capsys):
    _, out, _ = ran(capsys, "runbook", "--stack", "dev")

    for value in (
        "voice-dev-1251000001 (ap-singapore)",
        "https://voice.dev.example.com/gme/recording",
        "gme-recording confirm --stack dev --app 1400100001 --fingerprint",
    ):
        assert value in out


@pytest.mark.parametrize("verb", ["runbook", "confirm", "smoke"])
def test_an_unknown_application_is_refused_with_those_that_exist(project, capsys, verb):
    code, _, err = ran(capsys, verb, "--app", "nonsense")

    assert code == ExitCode.INPUT
    assert "nonsense" in err
    assert "--app demo" in err


@pytest.mark.parametrize(
    "verb", ["up", "preview", "refresh", "destroy", "output", "smoke", "runbook", "confirm"]
)
def test_every_verb_of_a_stack_refuses_a_wrong_stack_file_with_all_problems(project, capsys, verb):
    file = project / "stacks" / "Pulumi.local.yaml"
    file.write_text(
        file.read_text().replace("keep: 30 days", "keep: never ever").replace("region: ap", "region: xx")
    )

    code, out, err = ran(capsys, verb, "--json")

    assert code == ExitCode.INPUT
    problems = json.loads(out)["error"]["problems"]
    assert len(problems) >= 2
    assert "stacks/Pulumi.local.yaml" in err
    assert sorted(path.name for path in project.iterdir()) == ["Pulumi.yaml", "stacks"]


@pytest.mark.parametrize(
    "verb", ["up", "preview", "refresh", "destroy", "output", "smoke", "runbook", "confirm"]
)
def test_every_verb_of_a_stack_refuses_a_stack_without_a_file(project, capsys, verb):
    code, _, err = ran(capsys, verb, "--stack", "nonsense")

    assert code == ExitCode.NO_STACK
    assert "nonsense" in err


def test_doctor_finds_what_is_wrong_and_says_what_to_do(project, capsys):
    file = project / "stacks" / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("gme-recording:cloud: tencent", "gme-recording:cloud: moon"))

    code, out, _ = ran(capsys, "doctor", "--json")

    findings = {finding["what"]: finding for finding in json.loads(out)}
    assert code == ExitCode.UNAVAILABLE
    assert findings["stack dev"]["state"] == "missing"
    assert findings["stack dev"]["hint"] == "correct Pulumi.dev.yaml"
    assert findings["stack local"]["state"] == "ok"
    assert findings["local cloud"]["state"] == "later"
    assert not (project / ".local").exists()


def test_doctor_shows_the_caches_outside_the_project(project, capsys):
    code, out, _ = ran(capsys, "doctor")

    assert code == ExitCode.OK
    assert "cache of pip" in out
