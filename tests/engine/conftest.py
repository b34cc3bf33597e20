from collections.abc import Iterator
from pathlib import Path

import pytest

from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from gme_recording.errors import UserError
from tests.support.engine import ROOT, Project


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    """Tests find the engine, they do not build it: `make test` has made sure of it."""
    try:
        find(ROOT, Silent(), origins=INSTALLED)
    except UserError as error:
        pytest.fail(f"{error}\nrun: python -m gme_recording.deploy.toolchain")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project with nothing deployed, and a local cloud of its own."""
    made = Project.at(tmp_path)
    yield made
    made.close()


@pytest.fixture
def deployed(project: Project, deployment: Path) -> Project:
    """A project whose local stack is deployed and proved."""
    project.go_on_from(deployment)
    return project
