"""The policy pack's own environment, as docs/policy.md makes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engine import ROOT, Project

PACK = ROOT / "policy"


def environment(folder: Path) -> Path:
    """The one that is there, or a new one below a folder, from the lock file."""
    if (PACK / ".venv" / "bin" / "python").exists():
        return PACK / ".venv"
    made = folder / ".venv"
    subprocess.run([sys.executable, "-m", "venv", made], check=True)
    pip: list[str | Path] = [made / "bin" / "pip", "install", "--quiet", "--require-hashes"]
    ended = subprocess.run(
        [*pip, "-r", PACK / "requirements.lock"], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        pytest.skip(f"the pack's environment cannot be made here: {ended.stderr.strip()[-300:]}")
    return made


def add(project: Project, environment: Path) -> None:
    """Give a project the pack, its environment in place."""
    folder = project.root / "policy"
    shutil.copytree(PACK, folder, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (folder / ".venv").symlink_to(environment)
