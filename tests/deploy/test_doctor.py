"""What a real account needs beside the local stack: the official provider, and plain `pulumi` its host."""

from pathlib import Path

import pytest

from gme_recording.deploy import doctor
from gme_recording.deploy.doctor import Finding, State


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Pulumi, whose PATH is this folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / ".pulumi"))
    return tmp_path


def found(what: str) -> Finding:
    (finding,) = (each for each in doctor.examine(Path.cwd()) if each.what == what)
    return finding


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("what", ["provider", "language host"])
def test_what_is_not_there_is_no_fault_of_the_local_stack_and_says_how_to_get_it(home, what):
    assert found(what).state is State.NOTE
    assert found(what).hint


def test_the_provider_is_found_where_the_engine_looks_for_it(home):
    folder = home / ".pulumi" / "plugins" / "resource-tencentcloud-v0.2.3"
    plugin = executable(folder / "pulumi-resource-tencentcloud")
    assert (found("provider").state, found("provider").found) == (State.OK, str(plugin))


@pytest.mark.parametrize(
    ("what", "name"),
    [("provider", "pulumi-resource-tencentcloud"), ("language host", "pulumi-language-python")],
)
def test_what_lies_on_the_path_is_found(home, what, name):
    path = executable(home / name)
    assert found(what).found == str(path)
