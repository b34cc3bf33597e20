"""The policy pack's own environment, as docs/policy.md makes it."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engine import ROOT, Project

PACK = ROOT / "policy"


def environment() -> Path:
    """The one that is there, or one from the lock file, which is kept: making it outlasts the tests."""
    if (PACK / ".venv" / "bin" / "python").exists():
        return PACK / ".venv"
    lock = (PACK / "requirements.lock").read_bytes()
    tools = (ROOT / ".tools").resolve()  # the environment knows its own path
    kept = tools / f"policy-{hashlib.sha256(lock).hexdigest()[:12]}"
    tools.mkdir(exist_ok=True)
    with kept.with_suffix(".lock").open("w") as alone:  # several workers want it at once
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not (kept / "ready").exists() or not (kept / "bin" / "python").exists():
            _make(kept)
    return kept


def _make(folder: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    pip: list[str | Path] = [folder / "bin" / "pip", "install", "--quiet", "--require-hashes"]
    ended = subprocess.run(
        [*pip, "-r", PACK / "requirements.lock"], capture_output=True, text=True, check=False
    )
    if ended.returncode:
        pytest.skip(f"the pack's environment cannot be made here: {ended.stderr.strip()[-300:]}")
    (folder / "ready").touch()


def add(project: Project, environment: Path) -> None:
    """Give a project the pack, its environment in place."""
    folder = project.root / "policy"
    shutil.copytree(PACK, folder, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (folder / ".venv").symlink_to(environment)


if __name__ == "__main__":
    sys.stdout.write(str(environment()))
