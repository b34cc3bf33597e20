"""docs/configuration.md says what is so: its examples are run, its reference is that of the model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components import hosted
from components.config import parse, reference
from components.config.model import AccessPolicy
from gme_recording.cli import app
from tests.components.stacks import ROOT, a_project
from tests.support import wire

PAGE = (ROOT / reference.PAGE).read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{re.escape(language)}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_reference_is_that_of_the_model() -> None:
    assert reference.current(PAGE) == PAGE, "python -m components.config.reference"


@pytest.mark.parametrize("example", blocks("yaml stack"))
def test_stack_files_in_the_page_are_accepted(tmp_path: Path, example: str) -> None:
    stack = parse.load("test", a_project(tmp_path, example))
    assert parse.warnings(stack) == ()


def test_the_retention_in_the_page_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = blocks("console")
    command, _, shown = example.partition("\n")
    monkeypatch.chdir(ROOT)
    app.run(command.removeprefix("$ gme-recording ").split())
    assert capsys.readouterr().out == shown


def test_the_python_example_declares_an_environment() -> None:
    (example,) = blocks("python")
    sent = wire.run(lambda: exec(compile(example, "docs/configuration.md", "exec"), {}))
    assert sent.only("Bucket").props["bucket"] == "voice-game-1251000001"
    assert sent.only("UserPolicyAttachment").props["userName"] == "support"


def test_the_yaml_example_declares_an_environment() -> None:
    (example,) = blocks("yaml program")
    (declared,) = yaml.safe_load(example)["resources"].values()
    assert declared["type"].split(":") == ["gme-recording", "RecordingEnvironment"]
    args: Any = snake(declared["properties"])

    def program() -> None:
        hosted.RecordingEnvironment("recording", args)

    assert wire.run(program).only("Bucket").props["bucket"] == "voice-game-1251000001"


def snake(value: Any) -> Any:
    """As the component host maps names before the component is constructed."""
    if isinstance(value, dict):
        return {hosted._snake(key): snake(part) for key, part in value.items()}
    return [snake(part) for part in value] if isinstance(value, list) else value


def test_every_policy_and_who_gets_it_is_told() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| `(\w+)` \|$", PAGE, re.MULTILINE))
    assert rows == {
        "recorder": "operators",
        "reader": "readers",
        "eraser": "erasers",
        "auditor": "auditors",
        "deployer": "deployers",
    }
    assert rows.keys() == set(map(str, AccessPolicy))
