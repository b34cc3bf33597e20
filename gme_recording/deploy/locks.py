"""Who is at work on the local stack: the engine's lock files, and a note of the run that started the engine.

The engine takes its lock itself; what is done here is to tell a lock that means something from one that a
killed process left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gme_recording.deploy.attach import state_folder
from gme_recording.deploy.watch import Watcher
from gme_recording.errors import ExitCode, UserError

PATIENCE_SECONDS = 20.0
"""How long the engine of a killed run may take to notice that it is alone and to end."""
_POLL_SECONDS = 0.1
_FINISHING = frozenset({"up", "destroy"})
_UNKNOWN_VERB = "pulumi"
"""Of a run that only its engine's lock tells of: somebody used the plain CLI."""


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock file of the file backend (pulumi/pulumi pkg/backend/diy/lock.go)."""

    path: Path
    pid: int
    host: str
    since: str

    @property
    def held(self) -> bool:
        """Whether its process may still run; of another machine's processes nothing is known."""
        return self.host != socket.gethostname() or alive(self.pid, "pulumi")


@contextmanager
def running(root: Path, stack: str, verb: str, watcher: Watcher) -> Iterator[str]:
    """Hold the note of a run; yields the verb of the run before it if that was killed, else nothing.

    Removes the lock that a killed engine left behind, and waits a little for the engine of a killed run.
    Raises UserError UNAVAILABLE if another run is at work. That a run was killed is remembered until an `up`
    or `destroy` has succeeded: until then there may be resources that the state does not know.
    """
    note = root / ".local" / "run" / f"{stack}.json"
    with _held(note, stack):
        before = _read(note)
        killed = str(before.get("killed") or before.get("verb") or "")
        if _release(root, stack, watcher, patient=bool(killed)):
            killed = killed or _UNKNOWN_VERB
        _write(note, {"pid": os.getpid(), "verb": verb, "since": _now(), "killed": killed})
        succeeded = False
        try:
            yield killed
            succeeded = verb in _FINISHING
        finally:
            if killed and not succeeded:
                _write(note, {"pid": 0, "verb": verb, "since": _now(), "killed": killed})
            else:
                note.unlink(missing_ok=True)


@contextmanager
def _held(note: Path, stack: str) -> Iterator[None]:
    """One run at a time: the system's own lock, which goes with the process, however it ends."""
    note.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(note.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = _read(note)
            raise _locked(stack, held.get("pid"), held.get("since"), held.get("verb")) from None
        yield
    finally:
        os.close(descriptor)


def locks(root: Path, stack: str) -> list[Lock]:
    """List the engine's locks on a stack of the file backend."""
    found = []
    for path in (state_folder(root) / ".pulumi" / "locks").glob(f"organization/*/{stack}/*.json"):
        content = _read(path)
        pid = content.get("pid")
        found.append(
            Lock(
                path,
                pid if isinstance(pid, int) else 0,
                str(content.get("hostname", "")),
                str(content.get("timestamp", "")),
            )
        )
    return found


def alive(pid: int, name: str) -> bool:
    """Whether a process runs here whose command line has that name (pids come again)."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        command, state = Path(f"/proc/{pid}/cmdline").read_bytes(), Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # no /proc on this system, or the process has just ended: believe the signal
        return True
    zombie = state.rpartition(")")[2].split()[0] == "Z"
    return not zombie and (not command or name.encode() in command)  # empty: it is just being started


def _release(root: Path, stack: str, watcher: Watcher, *, patient: bool) -> bool:
    """Remove stale locks; say whether there were any."""
    deadline = time.monotonic() + (PATIENCE_SECONDS if patient else 0)
    told = False
    while any(lock.held for lock in locks(root, stack)) and time.monotonic() < deadline:
        if not told:
            watcher.say("state: the engine of a killed run is still at work, waiting for its end")
            told = True
        time.sleep(_POLL_SECONDS)
    removed = False
    for lock in locks(root, stack):
        if lock.held:
            raise _locked(stack, lock.pid, lock.since, "pulumi")
        lock.path.unlink(missing_ok=True)
        lock.path.with_name(f"{lock.path.name}.attrs").unlink(missing_ok=True)
        watcher.say(f"state: removed the lock of process {lock.pid}, which no longer runs ({lock.since})")
        removed = True
    return removed


def _locked(stack: str, pid: object, since: object, verb: object) -> UserError:
    return UserError(
        f"stack {stack} is locked by pid {pid} ({verb}) since {since}",
        hint="wait until it has ended, then run the command again",
        exit_code=ExitCode.UNAVAILABLE,
    )


def _read(path: Path) -> dict[str, Any]:
    """What a note says; nothing where there is none, or it makes no sense."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(json.dumps(content), encoding="utf-8")
    new.replace(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
