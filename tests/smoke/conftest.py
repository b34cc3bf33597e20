import pytest

from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.smoke.environment import Environment


@pytest.fixture
def environment(local_cloud: RunningCloud) -> Environment:
    return Environment(local_cloud)
