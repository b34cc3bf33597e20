from pathlib import Path

import pytest

from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.recordings.world import World
from tests.support.shell import Shell, enter_project


@pytest.fixture
def world(local_cloud: RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The local stack as deployed, and a project folder that is the working directory."""
    enter_project(tmp_path, local_cloud.url, monkeypatch)
    return World(local_cloud)


@pytest.fixture
def gr(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)
