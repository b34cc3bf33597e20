"""What the linters of workflows say: actionlint, built from its Go module, and zizmor."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflows.workflow import ROOT

LINT = ROOT / "tools" / "lint"
BUILD_SECONDS = 50


@pytest.fixture(scope="session")
def actionlint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The linter that `tools/lint/go.mod` pins; Go's own cache makes a second build quick."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("actionlint is built with Go, and there is no Go on PATH")
    program = tmp_path_factory.mktemp("actionlint") / "actionlint"
    command = [go, "build", "-trimpath", "-o", str(program), "github.com/rhysd/actionlint/cmd/actionlint"]
    environment = {**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    try:
        subprocess.run(
            command,
            cwd=LINT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"actionlint is not built after {BUILD_SECONDS} seconds: slow network?")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"actionlint cannot be built: {error.stderr.strip().splitlines()[-1]}")
    return program


def lint(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=50, check=False)


def zizmor(path: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "zizmor"
    return lint(str(program), "--offline", "--no-progress", "--format", "plain", path, folder=folder)


def test_actionlint_finds_nothing(actionlint):
    found = lint(str(actionlint), "-no-color")

    assert (found.returncode, found.stdout) == (0, "")


def test_actionlint_would_find_a_mistake(actionlint, tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs: {a: {runs-on: ubuntu-24.04, steps: [{run: 'echo ${{ steps.no.outputs.x }}'}]}}"
    )

    assert 'property "no" is not defined' in lint(str(actionlint), "-no-color", str(wrong)).stdout


def test_zizmor_finds_nothing():
    found = zizmor(".github")

    assert found.returncode == 0, found.stdout
    assert "No findings to report" in found.stdout


def test_zizmor_would_find_a_mistake(tmp_path):
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    step = "run: echo ${{ github.event.pull_request.title }}"
    (folder / "wrong.yml").write_text(
        f"on: pull_request\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - {step}\n"
    )

    found = zizmor(".github", tmp_path)

    assert found.returncode
    assert "template-injection" in found.stdout
