from __future__ import annotations

import pytest

from gme_recording.api import rate, retry
from providers.tencentcloud import provider
from tests.providers.recorded_cloud import RecordedCloud, serving
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
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GME_RECORDING_CLOUD", cloud.url)
        patch.setattr(retry, "PAUSES", (0.0, 0.0, 0.0))
        patch.setattr(rate.LIMITER, "wait", lambda action: None)
        with wired("tencentcloud", provider()) as wire:
            wire.call("Configure", {"args": CONFIGURATION})
            yield wire
