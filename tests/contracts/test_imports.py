"""Who may import whom (design: arrows run downwards only), and what must stay cheap to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = (
    "pulumi",
    "tencentcloud_iac_pulumi",
    "tencentcloud",
    "qcloud_cos",
    "grpc",
    "requests",
    "rich",
    "ruamel",
)


def test_arrows_run_downwards_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "module",
    [
        "gme_recording.cli.app",
        "gme_recording.localcloud.assemble",
        "gme_recording.smoke",
        "gme_recording.api",
        "components.config.parse",
    ],
)
def test_module_loads_no_heavy_package(module: str) -> None:
    program = f"import sys, {module}; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
