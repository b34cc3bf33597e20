"""The fixture `local_cloud`: a local Tencent Cloud of one's own, in process, empty at the start of every
test.

pytest finds it where the project is installed (entry point `pytest11`); elsewhere, name this module in a
conftest: `pytest_plugins = ["gme_recording.localcloud.pytest_plugin"]`. See docs/pytest.md.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from gme_recording.localcloud import outbox
from gme_recording.localcloud.assemble import SECRET_ID, SECRET_KEY
from gme_recording.localcloud.assemble import local_cloud as new_cloud
from gme_recording.localcloud.authority import Authority
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.faults import Fault
from gme_recording.localcloud.server import Server
from gme_recording.localcloud.services.gme import mischief

T = TypeVar("T")


class RunningCloud:
    """A cloud that answers at `url`, in a thread of its own."""

    secret_id = SECRET_ID
    secret_key = SECRET_KEY

    def __init__(self, folder: Path) -> None:
        """State is kept in memory; contents of objects and the certificate authority lie in the folder."""
        self._cloud = new_cloud(folder, in_memory=True)
        self._ca = folder / "ca"
        self._loop = asyncio.new_event_loop()
        self._server = Server(self._cloud, outbox.deliver, self._ca)
        self._thread = threading.Thread(target=self._loop.run_forever, name="local-cloud", daemon=True)
        self._thread.start()
        port = asyncio.run_coroutine_threadsafe(self._server.listen(0), self._loop).result()
        self.url = f"http://127.0.0.1:{port}"

    def run(self, work: Callable[[Cloud], T]) -> T:
        """Do something with the cloud itself, between two requests: `run(lambda cloud: cloud.reset())`."""
        done: Future[T] = Future()

        def perform() -> None:
            try:
                done.set_result(work(self._cloud))
            except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
                done.set_exception(error)

        self._loop.call_soon_threadsafe(perform)
        return done.result()

    def advance(self, **by: float) -> None:
        """Move virtual time, as `timedelta` counts it; what falls due happens before this returns."""

        def work(cloud: Cloud) -> None:
            cloud.clock.advance(timedelta(**by))
            cloud.run_due()

        self.run(work)

    def plan_callbacks(self, *fates: str) -> None:
        """What happens to the next callbacks: `plan_callbacks("none", "lost", "reordered")`."""
        coming = [mischief.Mischief(fate) for fate in fates]
        self.run(lambda cloud: mischief.plan(cloud.store, coming))

    @property
    def certificate(self) -> Path:
        """What https clients must trust that use `url` as their proxy."""
        return Authority(self._ca).certificate

    @property
    def faults(self) -> FaultsToCome:
        """What is to go wrong: `local_cloud.faults.add(Fault(effect=Effect.THROTTLED, service="cam"))`."""
        return FaultsToCome(self)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._cloud.close()


@dataclass(frozen=True, slots=True)
class FaultsToCome:
    """The rules in force; a test begins without any."""

    _cloud: RunningCloud

    def add(self, fault: Fault) -> Fault:
        """Put a rule in force; returns it with its id."""
        return self._cloud.run(lambda cloud: cloud.faults.add(fault))

    def every(self) -> tuple[Fault, ...]:
        """With how many calls each has matched and struck."""
        return self._cloud.run(lambda cloud: cloud.faults.every())

    def clear(self) -> None:
        self._cloud.run(lambda cloud: cloud.faults.clear())


@pytest.fixture(scope="session")
def _running_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCloud]:
    cloud = RunningCloud(tmp_path_factory.mktemp("local-cloud"))
    yield cloud
    cloud.close()


@pytest.fixture
def local_cloud(_running_cloud: RunningCloud) -> RunningCloud:
    """A local Tencent Cloud with nothing in it but the main account and the application `demo`."""
    _running_cloud.run(Cloud.reset)
    return _running_cloud
