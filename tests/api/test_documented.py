"""docs/recording.md: its program runs, and its table of exceptions is the code's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gme_recording.api import ApiError
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.api.rooms import APP, ROOM, Lobby

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "recording.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"<!-- run -->\n```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    assert len(PROGRAMS) == 1
    file = tmp_path / "backend.py"
    file.write_text(PROGRAMS[0], encoding="utf-8")
    return file


def test_program_records_against_the_local_cloud(
    local_cloud: RunningCloud, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lobby = Lobby(local_cloud)
    monkeypatch.setenv("GME_RECORDING_CLOUD", local_cloud.url)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    ended = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = sorted(ended.stdout.splitlines())
    assert [line.split()[:2] for line in lines] == [["0", "2"], ["10001", "2"]]
    assert f" {APP}_{ROOM}/" in lines[0]
    assert lobby.gme.find_task(APP, ROOM) is None


def test_program_satisfies_a_strict_type_checker(program: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--cache-dir", os.devnull]
    ended = subprocess.run([*command, program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout


def test_table_lists_every_exception_with_its_codes() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|$", TEXT, re.MULTILINE))
    kinds = {kind.__name__: kind for kind in ApiError.__subclasses__()}
    assert rows.keys() == kinds.keys()
    for name, words in rows.items():
        for code in re.findall(r"[A-Z]\w+\.\w+|Unsupported\w+|Unauthorized\w+|RequestLimit\w+", words):
            assert type(ApiError(code, "no", action="StartRecord")) is kinds[name]
