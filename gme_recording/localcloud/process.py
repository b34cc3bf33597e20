"""The local cloud as a process in the background: start, status, stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from gme_recording.localcloud.address import Address, folder_of, read_address

START_SECONDS = 20.0
STOP_SECONDS = 10.0
_POLL_SECONDS = 0.005


class NotStarted(Exception):
    """The local cloud did not come up; `str()` says why, `hint` what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def start(root: Path, port: int | None = None) -> Address:
    """Bring it up and wait until it answers; one that runs already is left alone.

    Without a port it takes the one of last time if that is free. Raises NotStarted.
    """
    if running := status(root):
        if port is not None and urlsplit(running.url).port != port:
            raise NotStarted(f"the local cloud runs already, at {running.url}", "gme-recording cloud stop")
        return running
    folder = folder_of(root)
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "gme_recording.localcloud", "--root", str(root)]
    if port is not None:
        command += ["--port", str(port)]
    log = folder / "log.txt"
    begins = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if (address := read_address(root)) and address.pid == process.pid:
            process.returncode = 0  # it outlives us on purpose: nobody waits for it, nobody is to be warned
            return address
        if process.poll() is not None:
            said = log.read_bytes()[begins:].decode(errors="replace").strip().splitlines()
            raise NotStarted(said[-1] if said else "the local cloud ended at once", f"see {log}")
        time.sleep(_POLL_SECONDS)
    process.terminate()
    raise NotStarted(f"the local cloud did not answer within {START_SECONDS:g} seconds", f"see {log}")


def status(root: Path) -> Address | None:
    """The address if it answers there itself; None if it does not run."""
    address = read_address(root)
    return address if address and _answers(address) else None


def stop(root: Path) -> bool:
    """End it and wait until it is gone; False if it did not run. The state stays."""
    address = status(root)
    if address is None:
        return False
    deadline = time.monotonic() + STOP_SECONDS
    with suppress(ProcessLookupError):
        os.kill(address.pid, signal.SIGTERM)
        while _alive(address.pid):
            if time.monotonic() > deadline:
                os.kill(address.pid, signal.SIGKILL)
            time.sleep(_POLL_SECONDS)
    return True


def _answers(address: Address) -> bool:
    """Whether that very process is there: its port may have become another's, its pid anybody's."""
    parts = urlsplit(address.url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return bool(json.loads(connection.getresponse().read()).get("pid") == address.pid)
    except (OSError, HTTPException, ValueError, AttributeError):
        return False
    finally:
        connection.close()


def _alive(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not _ended(pid)


def _ended(pid: int) -> bool:
    """Whether it has ended, and is only kept until its parent asks: some take a second, some never do."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:  # no /proc on this system, or it is gone for good
        return False
    return state.rpartition(")")[2].split()[0] == "Z"
