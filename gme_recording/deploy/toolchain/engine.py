"""The official Pulumi CLI as found, and the reason where it was not."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gme_recording.deploy.toolchain.version import PINNED, Version


@dataclass(frozen=True, slots=True)
class Engine:
    """A Pulumi CLI that can be used."""

    path: Path
    version: Version
    origin: str
    """Where it comes from, in words: `PATH`, `kept copy`, `download`, `built`."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why one way to an engine did not work."""

    origin: str
    reason: str


def kept_path(root: Path) -> Path:
    """Where an engine is kept; the folder above `bin` is a root for `pulumi.automation.PulumiCommand`."""
    return root / ".tools" / f"pulumi-{PINNED}" / "bin" / "pulumi"


def version_of(path: Path) -> Version | None:
    """Ask a CLI for its version; None where it does not run or answers something else."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(  # noqa: S603
            [str(path), "version"], env=environment, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return Version.parse(answer.stdout)
