"""The fixture in another project: installed, it is there. The example of its page runs."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from time import perf_counter

import pytest

from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.pytest_plugin import RunningCloud

ROOT = Path(__file__).parents[2]
NAMED_TOO = 'pytest_plugins = ["gme_recording.localcloud.pytest_plugin"]\n'


def example() -> str:
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs/pytest.md").read_text(), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """What an installer leaves of a package that pytest loads plugins from."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["pytest11"]
    metadata = tmp_path / "site/gme_recording-0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: gme-recording\nVersion: 0\n")
    lines = [f"{name} = {module}" for name, module in declared.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[pytest11]", *lines, ""]))
    return tmp_path / "site"


@pytest.mark.parametrize("conftest", ["", NAMED_TOO])
def test_example_of_the_page_passes_in_another_project(
    installed: Path, tmp_path: Path, conftest: str
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "conftest.py").write_text(conftest)
    (project / "test_recording.py").write_text(example())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "."],
        cwd=project,
        env={**os.environ, "PYTHONPATH": f"{installed}:{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\d passed", done.stdout)


def test_reset_takes_two_milliseconds_at_most(local_cloud: RunningCloud) -> None:
    """The best of twenty, for a busy machine only ever adds."""

    def reset() -> float:
        began = perf_counter()
        local_cloud.run(Cloud.reset)
        return perf_counter() - began

    assert min(reset() for _ in range(20)) <= 0.002
