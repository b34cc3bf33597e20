"""What may be asked again, and why that is safe."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from gme_recording.api.errors import NO_ANSWER, UNREACHED, UNREADABLE, ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PAUSES = (0.25, 0.5, 1.0)
"""Seconds before the second, third and fourth attempt."""
THROTTLED = frozenset({"RequestLimitExceeded", "SlowDown"})
"""Refused before anything was done."""
PERHAPS_DONE = frozenset({NO_ANSWER, UNREADABLE, "InternalError", "ServiceUnavailable", "RequestTimeout"})
"""Whether it was done is unknown."""


class Repeat(Enum):
    """What a second request would do."""

    HARMLESS = "harmless"
    """A read, or a change that leaves the same state when made twice."""
    HARMFUL = "harmful"
    """A second one would do more than the first: never repeated unless the first was surely not done."""


def retry(call: Callable[[], T], repeat: Repeat, *, sleep: Callable[[float], None] = time.sleep) -> T:
    """Call until it succeeds, fails for good, or the attempts are used up; at most four attempts."""
    for pause in PAUSES:
        try:
            return call()
        except ApiError as error:
            if not _may_repeat(error.code, repeat):
                raise
        sleep(pause)
    return call()


def _may_repeat(code: str, repeat: Repeat) -> bool:
    if code == UNREACHED or code.partition(".")[0] in THROTTLED:
        return True
    return repeat is Repeat.HARMLESS and code in PERHAPS_DONE
