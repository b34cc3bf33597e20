"""Several applications at once. What they share is the vendor's limit of requests, which `api.rate` keeps."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.smoke.clock import Clock
from gme_recording.smoke.runner import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gme_recording.api.endpoints import Cloud
    from gme_recording.smoke.model import Report, Result, Target

AT_ONCE = 8
"""Each test asks a few times a second while it waits: more would only wait for each other."""


_under_way: set[threading.Event] = set()
"""One for each `run_all` of this process; set, it ends its tests."""


class Interrupted(BaseException):
    """Ends a test from outside, as Ctrl-C does in the main thread: what it did is taken back."""


def interrupt() -> None:
    """End the tests under way in this process from another thread: `run_all` raises Interrupted there."""
    for stop in tuple(_under_way):
        stop.set()


def _ignore(_target: Target, _result: Result) -> None:
    pass


def run_all(
    targets: Sequence[Target],
    clouds: Mapping[str, Cloud],
    progress: Callable[[Target, Result], None] = _ignore,
) -> tuple[Report, ...]:
    """Test the applications at once; return the reports in the order of the targets.

    `clouds` holds the way to each region; `progress` is told each finished check, one at a time. Ctrl-C, or a
    defect in one test, ends all of them, and each takes back what it did before this returns.
    """
    stop, telling = threading.Event(), threading.Lock()

    def test(target: Target) -> Report:
        ending = _Ending(stop)

        def tell(result: Result) -> None:
            with telling:
                progress(target, result)
            ending.look()

        clock = replace(Clock(), sleep=ending.sleep)
        return run(target, clouds[target.region], tell, clock=clock)

    _under_way.add(stop)
    try:
        return (test(targets[0]),) if len(targets) == 1 else _at_once(test, targets, stop)
    finally:
        _under_way.discard(stop)


def _at_once(
    test: Callable[[Target], Report], targets: Sequence[Target], stop: threading.Event
) -> tuple[Report, ...]:
    with ThreadPoolExecutor(min(len(targets), AT_ONCE) or 1, thread_name_prefix="smoke-test") as pool:
        started = [pool.submit(test, target) for target in targets]
        try:
            return tuple(report.result() for report in started)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


class _Ending:
    """Tells one test, once, that it has to end; its clean-up may then wait as it needs to."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._told = False

    def look(self) -> None:
        if self._stop.is_set() and not self._told:
            self._told = True
            raise Interrupted

    def sleep(self, seconds: float) -> None:
        if self._told:
            threading.Event().wait(seconds)
            return
        self._stop.wait(seconds)
        self.look()
