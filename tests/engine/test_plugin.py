"""Provider `gme` as the plain `pulumi` command runs it: a plugin of its own, found by Pulumi.yaml."""

import sys

import pytest

from tests.support.engine import BIZ_ID, NAMES, Project, Ran

pytestmark = pytest.mark.engine


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
