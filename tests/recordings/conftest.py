import pytest

from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.recordings.world import World


@pytest.fixture
def world(local_cloud: RunningCloud) -> World:
    return World(local_cloud)
