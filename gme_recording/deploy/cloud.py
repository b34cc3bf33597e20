"""The local cloud of a project, for those who need it running."""

from __future__ import annotations

from pathlib import Path

from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud import process
from gme_recording.localcloud.address import Address


def start(root: Path, port: int | None = None) -> Address:
    """Start it in the background, or find the one that runs; UserError UNAVAILABLE where that fails."""
    try:
        return process.start(root, port)
    except process.NotStarted as error:
        raise UserError(str(error), hint=error.hint, exit_code=ExitCode.UNAVAILABLE) from None


def status(root: Path) -> Address | None:
    """Return where it runs, or None."""
    return process.status(root)


def stop(root: Path) -> bool:
    """Stop it; tell whether it ran."""
    return process.stop(root)
