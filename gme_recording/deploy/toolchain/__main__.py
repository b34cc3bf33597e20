"""`python -m gme_recording.deploy.toolchain`: make sure that there is an engine, and print its path.

With --from-source it is one that was built here: every module of it is proved by a hash in `tools/go.sum`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from gme_recording.deploy.toolchain.build import build
from gme_recording.deploy.toolchain.find import ORIGINS, find, kept
from gme_recording.errors import UserError

_SPARSE_SECONDS = 20.0


class Lines:
    """Tells on stderr what takes long, a line now and then."""

    def __init__(self) -> None:
        self._told = 0.0

    def say(self, text: str) -> None:
        """Write a line."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def progress(self, what: str, done: int, total: int) -> None:
        """Write how far it is, unless that was just written."""
        if done >= total or time.monotonic() - self._told >= _SPARSE_SECONDS:
            self._told = time.monotonic()
            self.say(f"{what}: {done} of {total}")

    def step(self, step: object) -> None:
        """Finding an engine has no steps."""


def main() -> int:
    """Find or get the engine of the project in the current folder."""
    origins = (kept, build) if "--from-source" in sys.argv[1:] else ORIGINS
    try:
        engine = find(Path.cwd(), Lines(), origins=origins)
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(f"{engine.path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
