from __future__ import annotations

from collections.abc import Iterator

import pytest

from gme_recording.localcloud.dialects.cos import CosDialect
from tests.localcloud.services.cos.wire import Wire, authenticate, new_cloud


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A cloud without buckets, asked as its owner."""
    monkeypatch.setattr(CosDialect, "authenticate", authenticate)
    cloud = new_cloud()
    yield Wire(cloud)
    cloud.close()


@pytest.fixture
def bucket(wire: Wire) -> Wire:
    """The same with the bucket `rec-1250000000`."""
    return wire.make()
