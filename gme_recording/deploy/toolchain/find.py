"""Find the official Pulumi CLI, or get it: PATH, kept copy, official download, built from its Go modules."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from gme_recording.deploy.toolchain.build import build
from gme_recording.deploy.toolchain.download import download
from gme_recording.deploy.toolchain.engine import Engine, NotFound, kept_path, version_of
from gme_recording.deploy.toolchain.version import OLDEST, PINNED, Version, supported
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import ExitCode, UserError

FORCED = "GME_RECORDING_ENGINE"
"""Environment variable with the path of the Pulumi CLI to use, whatever else is there."""

Origin = Callable[[Path, Watcher], Engine | NotFound]


def on_path(root: Path, watcher: Watcher) -> Engine | NotFound:  # noqa: ARG001
    """`pulumi` as the shell would find it."""
    command = shutil.which("pulumi")
    if command is None:
        return NotFound("PATH", "no `pulumi` there")
    return _judged(Path(command), version_of(Path(command)), "PATH")


def kept(root: Path, watcher: Watcher) -> Engine | NotFound:  # noqa: ARG001
    """What an earlier run downloaded or built. The folder's name carries the version: nothing is started."""
    path = kept_path(root)
    if not os.access(path, os.X_OK):
        return NotFound("kept copy", f"no {path.relative_to(root)}")
    return Engine(path, PINNED, "kept copy")


INSTALLED: tuple[Origin, ...] = (on_path, kept)
"""Ways that only look."""

ORIGINS: tuple[Origin, ...] = (*INSTALLED, download, build)
"""All ways, in the order in which they are tried."""


def find(
    root: Path,
    watcher: Watcher,
    *,
    origins: tuple[Origin, ...] = ORIGINS,
    environment: Mapping[str, str] = os.environ,
) -> Engine:
    """Return the first engine that a way leads to; `watcher` hears what takes long.

    Raises UserError UNAVAILABLE with one reason per way, or when the engine named by GME_RECORDING_ENGINE
    cannot be used.
    """
    if forced := environment.get(FORCED):
        return _forced(Path(forced))
    reasons: list[NotFound] = []
    for origin in origins:
        found = origin(root, watcher)
        if isinstance(found, Engine):
            return found
        reasons.append(found)
    ways = "\n".join(f"  {why.origin}: {why.reason}" for why in reasons)
    raise UserError(
        f"no Pulumi engine, and no way to get one:\n{ways}",
        hint=f"install Pulumi {PINNED} (https://www.pulumi.com/docs/install/) or set {FORCED}=<path>",
        exit_code=ExitCode.UNAVAILABLE,
    )


def _judged(path: Path, version: Version | None, origin: str) -> Engine | NotFound:
    if version is None:
        return NotFound(origin, f"{path} does not tell a version")
    if not supported(version):
        return NotFound(
            origin, f"{path} is version {version}, needed is {OLDEST} or later of major {OLDEST.major}"
        )
    return Engine(path, version, origin)


def _forced(path: Path) -> Engine:
    found = _judged(path, version_of(path), FORCED)
    if isinstance(found, Engine):
        return found
    raise UserError(
        f"the engine named by {FORCED} cannot be used: {found.reason}",
        hint=f"name another one, or unset {FORCED}: the project then finds or builds Pulumi {PINNED}",
        exit_code=ExitCode.UNAVAILABLE,
    )
