"""Provider `gme` as the plain `pulumi` command runs it: a plugin of its own, found by Pulumi.yaml."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from tests.support.engine import BIZ_ID, NAMES, ROOT, Project, Ran

pytestmark = pytest.mark.engine


def test_the_engine_takes_the_schema(tmp_path: Path) -> None:
    engine, schema = find(ROOT, Silent(), origins=INSTALLED).path, tmp_path / "schema.json"

    def pulumi(*arguments: str | Path) -> str:
        own = {"PULUMI_HOME": str(tmp_path), "PULUMI_SKIP_UPDATE_CHECK": "true"}
        ran = subprocess.run(
            [engine, *arguments], env=os.environ | own, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    plugin = ROOT / "providers" / "gme" / "pulumi-resource-gme"
    schema.write_text(pulumi("package", "get-schema", plugin), encoding="utf-8")
    pulumi("schema", "check", schema)


def test_the_engine_starts_the_provider_from_its_folder(project: Project) -> None:
    (project.root / ".venv").symlink_to(sys.prefix)  # where the executable looks for its Python
    project.edit("mode: full", "mode: off")
    project.done("cloud", "start")
    url = project.cloud.url

    def run(*arguments: str) -> Ran:
        ran = project.run(*arguments, program="tests.support.plugin", GME_RECORDING_CLOUD=url)
        assert ran.code == 0, ran.err
        return ran

    run("up")
    assert project.console.recording(BIZ_ID)["recording"] is True
    run("preview", "--refresh", "--expect-no-changes")

    project.edit("voice.example.com/gme/recording", "voice.example.com/gme/other")
    run("up")
    assert project.console.recording(BIZ_ID)["callbackUrl"] == "https://voice.example.com/gme/other"

    run("destroy")
    assert project.existing() == dict.fromkeys(NAMES)
    assert project.console.recording(BIZ_ID)["recording"] is False
