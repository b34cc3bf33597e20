"""The command line as a person uses it: in a project's folder, with what it printed."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gme_recording.cli import app

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Shell:
    """Runs `gme-recording <before> …`."""

    capsys: pytest.CaptureFixture[str]
    before: tuple[str, ...] = ()

    def __call__(self, *arguments: str) -> Ended:
        code = app.run([*self.before, *arguments])
        told = self.capsys.readouterr()
        return Ended(code, told.out, told.err)


def enter_project(folder: Path, cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder the project, with the local cloud at that address, and go there."""
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GME_RECORDING_CLOUD", cloud)
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "GME_CALLBACK_STORE"):
        monkeypatch.delenv(name, raising=False)
