"""The local cloud of a project, for those who need it running."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gme_recording import localcloud
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import ExitCode, UserError
from gme_recording.localcloud import process
from gme_recording.localcloud.address import Address, read_address


def start(root: Path, port: int | None = None) -> Address:
    """Start it in the background, or find the one that runs; UserError UNAVAILABLE where that fails."""
    try:
        return process.start(root, port)
    except process.NotStarted as error:
        raise UserError(str(error), hint=error.hint, exit_code=ExitCode.UNAVAILABLE) from None


def ensure(root: Path, watcher: Watcher) -> Address:
    """Have it running with the code of today; one of older code, or one that was killed, is started anew."""
    running = process.status(root)
    if running and not _older_than_its_code(running):
        return running
    if running:
        watcher.say("local cloud: it ran older code than this, restarted (what is in it stays)")
        process.stop(root)
    elif read_address(root):
        watcher.say("local cloud: it was killed, started again (what is in it stays)")
    return start(root)


def status(root: Path) -> Address | None:
    """Return where it runs, or None."""
    return process.status(root)


def stop(root: Path) -> bool:
    """Stop it; tell whether it ran."""
    return process.stop(root)


def _older_than_its_code(running: Address) -> bool:
    """Whether a file of the local cloud has changed since it was started."""
    started = datetime.fromisoformat(running.started).timestamp()
    files = (path for folder in localcloud.__path__ for path in Path(folder).rglob("*.py"))
    return any(path.stat().st_mtime > started for path in files)
