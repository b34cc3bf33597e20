"""GME takes 20 requests a second for each action (vendor: API category); waiting beats being refused."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PER_SECOND = 20


class Rate:
    """Lets `per_second` calls of each action begin in any second; the others wait. Thread-safe."""

    def __init__(
        self,
        per_second: int = PER_SECOND,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._begun: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=per_second))

    def wait(self, action: str) -> None:
        """Return when the action may be called."""
        with self._lock:
            begun = self._begun[action]
            begins = self._now()
            if len(begun) == begun.maxlen:
                begins = max(begins, begun[0] + 1.0)
            begun.append(begins)
        if (pause := begins - self._now()) > 0:
            self._sleep(pause)


LIMITER = Rate()
"""Shared by all clients of this process: the vendor counts by account, not by client."""
