"""Scalars of a stack file, as the engine reads them and as we do."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from components.config import files
from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from gme_recording.errors import UserError
from tests.components.stacks import ROOT

pytestmark = pytest.mark.engine

SCALARS = (
    *("yes", "no", "on", "off", "y", "n", "true", "TRUE", "tRue", "~", "null", "nULL", "", "''"),
    *("012", "0189", "0o7", "-0x1f", "+5", "-0", "1e3", ".5", "5.", "1400000001", "012345678901"),
    *("1_000", "1__0", "0x_1f", "_1", "0b11", "0b12", "0O7", "0X1F", "1e400", "1:30", "190:20:30"),
    *("2026-03-31", "2026-3-1", "2026-03-31T10:00:00Z", "2026-03-31 10:00:00", "'2026-03-31'", "2026-03"),
    *("!!str 123", "!!float 3", "!!int '3'", "!!binary aGFsbG8=", "!!timestamp 2026-03-31", "=", "."),
    *("{<<: {a: 1}, b: 2}", "{1: x}", "{true: x}", "{yes: x}", "[1, 2026-03-31]", "[]", "30 days"),
)
REFUSED = {
    *("1_000", "1__0", "0x_1f", "0b11", "0O7", "0X1F", "1e400"),
    *("2026-03-31", "2026-3-1", "2026-03-31T10:00:00Z", "2026-03-31 10:00:00", "[1, 2026-03-31]"),
    *("!!binary aGFsbG8=", "!!timestamp 2026-03-31", "{1: x}", "{true: x}"),
}


def test_scalars_are_read_as_the_engine_reads_them_or_refused(tmp_path: Path) -> None:
    lines = {f"k{at}": written for at, written in enumerate(SCALARS)}
    body = "".join(f"    {key}: {written}\n" for key, written in lines.items())
    (tmp_path / "Pulumi.yaml").write_text("name: t\nruntime: yaml\n")
    (tmp_path / "Pulumi.test.yaml").write_text(f"config:\n  t:all:\n{body}")
    engine = _engine_reads(tmp_path)

    read: dict[str, object] = {}
    for key, written in lines.items():
        (tmp_path / "one.yaml").write_text(f"{key}: {written}\n")
        try:
            read |= files.read_mapping(tmp_path / "one.yaml", "one.yaml")
        except UserError:
            continue

    assert {written for key, written in lines.items() if key not in read} == REFUSED
    assert read == {key: value for key, value in engine.items() if key in read}


def _engine_reads(folder: Path) -> dict[str, object]:
    """The configuration as a program would get it."""
    variables = {
        "PULUMI_BACKEND_URL": f"file://{folder}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    engine = str(find(ROOT, Silent(), origins=INSTALLED).path)
    for arguments in (["stack", "init", "test"], ["config", "--json", "--stack", "test"]):
        ended = subprocess.run(
            [engine, *arguments, "--non-interactive"],
            cwd=folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=True,
        )
    values: dict[str, object] = json.loads(json.loads(ended.stdout)["t:all"]["value"])
    return values
