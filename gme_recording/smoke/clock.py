"""Time, as the smoke test sees it; the only place that reads the machine's clock or sleeps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

FIRST_PAUSE = 0.01
GROWTH = 1.5
LONGEST_PAUSE = 1.0


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Three functions, so that a test can put others in their place."""

    now: Callable[[], float] = time.monotonic
    """Seconds since some moment."""
    sleep: Callable[[float], None] = time.sleep
    utc: Callable[[], datetime] = _utc

    def until(self, deadline: float, probe: Callable[[], T | None]) -> T | None:
        """Ask again and again until something comes back; None if the deadline passes before.

        Pauses grow from 10 ms to a second: the local cloud is done at once, the real one in minutes.
        """
        pause = FIRST_PAUSE
        while (found := probe()) is None:
            left = deadline - self.now()
            if left <= 0:
                return None
            self.sleep(min(pause, left))
            pause = min(pause * GROWTH, LONGEST_PAUSE)
        return found
