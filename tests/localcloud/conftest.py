"""What holds for every request of every test: no operation refuses what it does not say that it refuses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gme_recording.localcloud import services
from gme_recording.localcloud.cloud import Call, Cloud
from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.operation import Operation, Service
from gme_recording.localcloud.refusal import CloudError

UNDECLARED: set[str] = set()
_RESPOND = Cloud._respond


def watching(cloud: Cloud, call: Call, service: Service, operation: Operation) -> Response:
    try:
        return _RESPOND(cloud, call, service, operation)
    except CloudError as error:
        if is_own(error) and error.code not in {refusal.code for refusal in operation.refuses}:
            UNDECLARED.add(f"{operation.action} does not declare {error.code}")
        raise


def is_own(error: CloudError) -> bool:
    """Whether a service raised it; the core, dialects and signatures refuse without saying so everywhere."""
    step = error.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    return step is not None and step.tb_frame.f_globals["__name__"].startswith(services.__name__)


@pytest.fixture(autouse=True, scope="session")
def _watched() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cloud, "_respond", watching)
        yield


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    UNDECLARED.clear()
    yield
    assert set() == UNDECLARED
