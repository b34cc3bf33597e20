"""GME takes 20 requests a second for each action (vendor: API category); waiting beats being refused.

The vendor counts by account, whoever asks: a deployment, a game backend and `gme-recording record` on one
machine share a small file for each action, which holds when the last requests began. A process that dies
leaves at most a turn that nobody used: the lock goes with it, and a file that makes no sense counts as empty.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import threading
import time
from collections import defaultdict, deque
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PER_SECOND = 20
FARTHEST_SECONDS = 60.0
"""A turn later than that was noted before the machine was started anew."""
CACHE = "GME_RECORDING_CACHE"
"""Environment variable: folder of this program's caches; by default the user's own cache folder."""


class Rate:
    """Lets `per_second` calls of each action begin in any second; the others wait.

    Safe in several threads and, with a folder, in several processes; where the folder cannot be written or
    locked, each process counts for itself.
    """

    def __init__(
        self,
        per_second: int = PER_SECOND,
        *,
        folder: Path | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._folder = folder
        self._shape = struct.Struct(f"<{per_second}d")
        self._lock = threading.Lock()
        self._begun: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=per_second))

    def wait(self, action: str, account: str = "") -> None:
        """Return when the action may be called; `account` is whom the vendor counts it for."""
        pause = self._turn(action, account) - self._now()
        if pause > 0:
            self._sleep(pause)

    def _turn(self, action: str, account: str) -> float:
        """Book the next free moment."""
        with self._lock, self._shared(action, account) as begun:
            now = self._now()
            turn = max(now, begun[0] + 1.0) if len(begun) == begun.maxlen else now
            begun.append(turn)
        return turn

    @contextmanager
    def _shared(self, action: str, account: str) -> Iterator[deque[float]]:
        """The last turns, of all processes if there is a folder: read under a lock, written back after."""
        begun = self._begun[f"{account}/{action}"]
        descriptor = self._open(action, account)
        if descriptor is None:
            yield begun
            return
        try:
            found = self._locked(descriptor)
            if found is not None:
                begun.clear()
                begun.extend(found)
            yield begun
            if found is not None:
                self._write(descriptor, begun)
        finally:
            os.close(descriptor)

    def _open(self, action: str, account: str) -> int | None:
        if self._folder is None:
            return None
        folder = self._folder / hashlib.sha256(account.encode()).hexdigest()[:16]
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(folder / action, os.O_RDWR | os.O_CREAT, 0o600)
        return None

    def _locked(self, descriptor: int) -> list[float] | None:
        """Wait for the file and read it; the lock ends with the descriptor, and so with the process."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            content = os.read(descriptor, self._shape.size + 1)
        except OSError:
            return None
        if len(content) != self._shape.size:
            return []
        latest = self._now() + FARTHEST_SECONDS
        return sorted(turn for turn in self._shape.unpack(content) if 0 < turn <= latest)

    def _write(self, descriptor: int, begun: deque[float]) -> None:
        size = begun.maxlen or 0
        turns = [*[0.0] * size, *begun][-size:]
        with suppress(OSError):
            os.ftruncate(descriptor, self._shape.size)
            os.pwrite(descriptor, self._shape.pack(*turns), 0)


def shared_folder() -> Path:
    """Return where processes of one user on this machine find each other's turns."""
    if given := os.environ.get(CACHE):
        return Path(given) / "rate"
    own = os.environ.get("XDG_CACHE_HOME")
    return Path(own or Path.home() / ".cache") / "gme-recording" / "rate"


LIMITER = Rate(folder=shared_folder())
"""Shared by all clients: the vendor counts by account, not by client."""
