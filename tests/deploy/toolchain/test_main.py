"""`python -m gme_recording.deploy.toolchain`, which CI asks for an engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from gme_recording.deploy.toolchain.engine import kept_path
from gme_recording.deploy.toolchain.version import PINNED
from tests.support.engine import ROOT


def executable(file: Path) -> Path:
    file.parent.mkdir(parents=True)
    file.write_text(f"#!/bin/sh\necho v{PINNED}\n")
    file.chmod(0o755)
    return file


def asked(root: Path, *options: str) -> str:
    path = f"{root / 'installed'}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "gme_recording.deploy.toolchain", *options]
    ended = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=50, check=True
    )
    return ended.stdout.strip()


def test_an_engine_from_source_is_wanted_though_there_is_one_on_the_path(tmp_path):
    installed = executable(tmp_path / "installed" / "pulumi")
    kept = executable(kept_path(tmp_path))

    assert asked(tmp_path) == str(installed)
    assert asked(tmp_path, "--from-source") == str(kept)
