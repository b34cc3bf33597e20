"""`gme-recording` at a real terminal: what a person sees there, and what their keys do."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CTRL_C, CTRL_D = "\x03", "\x04"
PATIENCE_SECONDS = 30.0
_COMMAND = (
    sys.executable,
    "-c",
    # the terminal becomes the process's own, so that Ctrl-C is a signal to it, which whoever runs the tests
    # may not want to hear
    "import fcntl, signal, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from gme_recording.cli.app import main; main()",
)


@dataclass(slots=True)
class Terminal:
    """One command at a pseudo-terminal."""

    process: subprocess.Popen[bytes]
    _leader: int
    shown: str = ""
    """Everything that came on the screen, typed text included."""
    _ends: float = field(default_factory=lambda: time.monotonic() + PATIENCE_SECONDS)

    def wait_for(self, text: str) -> None:
        """Return once the text is on the screen."""
        while text not in self.shown:
            assert self._read(), f"ended without {text!r}: {self.shown}"

    def type(self, keys: str) -> None:
        os.write(self._leader, keys.encode())

    def code(self) -> int:
        """Return the exit code, once the command has ended."""
        while self._read():
            pass
        return self.process.wait(PATIENCE_SECONDS)

    def _read(self) -> bool:
        """Take what is on the screen; False once nobody writes there any more."""
        left = max(self._ends - time.monotonic(), 0)
        assert select.select([self._leader], [], [], left)[0], f"nothing more came: {self.shown}"
        try:
            piece = os.read(self._leader, 4096)
        except OSError:  # what Linux says when the other side is closed
            return False
        self.shown += piece.decode(errors="replace")
        return bool(piece)


@contextmanager
def terminal(*arguments: str) -> Iterator[Terminal]:
    """Run `gme-recording` with these arguments at a terminal of its own, killed at the end if it runs."""
    leader, follower = os.openpty()
    try:
        with subprocess.Popen(
            [*_COMMAND, *arguments], stdin=follower, stdout=follower, stderr=follower, start_new_session=True
        ) as process:
            os.close(follower)
            try:
                yield Terminal(process, leader)
            finally:
                process.kill()
    finally:
        os.close(leader)
