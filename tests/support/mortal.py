"""`gme-recording`, killed at an HTTP request: `MORTAL=<n | METHOD path>:<before|after>:<driver|both>`."""

import os
import signal
from pathlib import Path
from typing import Any

import requests

from gme_recording.cli import app

_count = 0
_send = requests.Session.send


def main() -> None:
    """Run the command line until it is killed; without MORTAL note how many requests there were."""
    requests.Session.send = _counted  # type: ignore[assignment, method-assign]
    try:
        app.main()
    finally:
        Path("requests.txt").write_text(str(_count))


def _counted(
    session: requests.Session, request: requests.PreparedRequest, **options: Any
) -> requests.Response:
    global _count  # noqa: PLW0603
    _count += 1
    number, moment, victims = os.environ.get("MORTAL", "0:after:driver").split(":")
    last = number in {str(_count), f"{request.method} {request.path_url}"}
    if last and moment == "before":
        _die(victims)
    answer = _send(session, request, **options)
    if last:
        _die(victims)
    return answer


def _die(victims: str) -> None:
    if victims == "both":
        for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
