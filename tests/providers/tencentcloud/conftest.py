from __future__ import annotations

from collections.abc import Iterator

import pytest

from gme_recording.api import rate, retry
from gme_recording.localcloud.pytest_plugin import RunningCloud
from providers.tencentcloud import provider
from tests.providers.recorded_cloud import RecordedCloud, serving
from tests.providers.tencentcloud.stack import Stack
from tests.providers.wire import wired

CONFIGURATION = {
    "region": "ap-guangzhou",
    "protocol": "HTTP",
    "cosDomain": "http://cos.ap-guangzhou.myqcloud.com",
    "secretId": "AKIDlocalProbe",
    "secretKey": "probe-secret",
}


@pytest.fixture(scope="package")
def cloud():
    with serving(RecordedCloud()) as recorded:
        yield recorded


@pytest.fixture(scope="package")
def served(cloud):
    """The provider behind real gRPC, configured for the recorded cloud."""
    with wired("tencentcloud", provider()) as wire:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GME_RECORDING_CLOUD", cloud.url)
            wire.call("Configure", {"args": CONFIGURATION})
        yield wire


@pytest.fixture(autouse=True)
def _quick(cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each test alone: tests of other packages may run in between."""
    monkeypatch.setenv("GME_RECORDING_CLOUD", cloud.url)
    monkeypatch.setattr(retry, "PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(rate.LIMITER, "wait", lambda *_: None)


@pytest.fixture
def stack(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    keys = {"secretId": local_cloud.secret_id, "secretKey": local_cloud.secret_key}
    with wired("tencentcloud", provider()) as wire:
        wire.call("Configure", {"args": CONFIGURATION | keys})
        yield Stack(wire)
