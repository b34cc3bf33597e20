import json
import shutil
from pathlib import Path

import pytest

from gme_recording.cli import app, drifting
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.recordings.world import World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project without an engine and without credentials: nothing of a stack can be looked at."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    monkeypatch.chdir(tmp_path)
    for name in ("GME_RECORDING_CLOUD", "TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    def no_engine(*_: object) -> None:
        raise UserError("no engine", hint="gme-recording doctor", exit_code=ExitCode.UNAVAILABLE)

    monkeypatch.setattr(drifting, "prepare", no_engine)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = app.run(["drift", *arguments])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_every_part_is_asked_though_one_cannot_be(project, capsys):
    code, out, _ = ran(capsys, "--stack", "dev", "--json")

    (stack,) = json.loads(out)
    assert code == ExitCode.FAILED
    assert [(failure["parts"], failure["exitCode"]) for failure in stack["failures"]] == [
        (["resources"], ExitCode.UNAVAILABLE),
        (["console", "grant", "exposure"], ExitCode.AUTH),
    ]
    assert stack["drift"] is False


def test_stacks_are_looked_at_once_each_in_the_order_named(project, capsys):
    _, out, err = ran(capsys, "-s", "prod", "-s", "dev", "-s", "prod")

    assert [line for line in err.splitlines() if line.startswith("stack: ")] == ["stack: prod", "stack: dev"]
    assert out.startswith("prod: not everything could be looked at\n")


@pytest.mark.parametrize("wrong", ["gme-recording:cloud: moon", "8080: x"])
def test_all_are_those_with_a_file_and_a_wrong_file_stops_none_of_them(project, capsys, wrong):
    file = project / "stacks" / "Pulumi.dev.yaml"
    file.write_text(file.read_text().replace("gme-recording:cloud: tencent", wrong))

    _, out, _ = ran(capsys, "--all", "--json")

    failed = {stack["stack"]: stack["failures"][0] for stack in json.loads(out)}
    assert list(failed) == ["dev", "local", "prod", "staging"]
    assert (failed["dev"]["parts"], failed["dev"]["exitCode"]) == ([], ExitCode.INPUT)
    assert failed["prod"]["parts"] == ["resources"]


def test_replication_that_the_engine_cannot_see_is_read_from_the_local_cloud(
    project: Path,
    local_cloud: RunningCloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    """The provider reads none where `cosDomain` is set, so a refresh finds nothing."""
    World(local_cloud)
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    file = project / "stacks" / "Pulumi.local.yaml"
    declared = (
        "\n    versioning: true\n    replica: {region: ap-singapore, name: copy}\n    on_destroy: empty\n"
    )

    def found() -> list[tuple[str, list[str]]]:
        _, out, _ = ran(capsys, "--json")
        (stack,) = json.loads(out)
        return [(each["what"], each["details"]) for each in stack["findings"] if each["part"] == "resources"]

    assert found() == []

    file.write_text(file.read_text().replace("\n    on_destroy: empty\n", declared))

    assert found() == [
        (
            "replication of voice-local-1250000000 differs in the cloud",
            ["recordings are copied to nowhere, declared ap-singapore/copy-1250000000"],
        )
    ]


def test_a_stack_without_a_file_is_told(project, capsys):
    code, out, _ = ran(capsys, "--stack", "nonsense", "--markdown", "out/drift.md")

    assert code == ExitCode.NO_STACK
    assert "not looked at: anything: there is no stack 'nonsense'" in out
    assert (project / "out" / "drift.md").read_text().startswith("## Drift\n\n### ❌ `nonsense`: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--all", "--stack", "dev"], "--all and --stack exclude each other"),
        (["--stack", "dev", "--markdown", "stacks/Pulumi.dev.yaml/x"], "cannot be written"),
    ],
)
def test_what_cannot_be_meant_is_refused(project, capsys, arguments, said):
    code, out, err = ran(capsys, *arguments)

    assert (code, out) == (ExitCode.INPUT, "")
    assert said in err
