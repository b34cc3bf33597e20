"""RecordingEnvironment used by another team's program, on the official engine, from a process of its own."""

import stat
import sys

import pytest

from tests.support.engine import ROOT, Project

pytestmark = pytest.mark.engine

# It declares what the stack file of `local` does, for that is what the command proves.
PROGRAM = """
import pulumi

CALLBACK = "https://voice.example.com/gme/recording"


class RecordingEnvironment(pulumi.ComponentResource):
    bucket: pulumi.Output[str]

    def __init__(self, name, props):
        wanted = {**props, "bucket": None}
        super().__init__("gme-recording:index:RecordingEnvironment", name, wanted, remote=True)


recording = RecordingEnvironment(
    "recording",
    {
        "cloud": "local",
        "appid": "1250000000",
        "ownerUin": "100000000001",
        "region": "ap-guangzhou",
        "storage": {"name": "voice-local", "retention": {"keep": "30 days"}, "onDestroy": "empty"},
        "access": {"grant": "create", "policies": ["reader"]},
        "apps": [{"name": "demo", "bizId": 1400000001, "callbackUrl": CALLBACK}],
        "smoke": {"mode": "full", "record": "1 second", "timeout": "60 seconds"},
        "tags": {"team": "theirs"},
    },
)
pulumi.export("bucket", recording.bucket)
"""
PLUGIN = """plugins:
  providers:
    - name: gme-recording
      path: ./theirs
"""


@pytest.fixture
def theirs(project: Project) -> Project:
    """A project whose program knows the component by its type token alone."""
    (project.root / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    described = project.root / "Pulumi.yaml"
    text = described.read_text(encoding="utf-8")
    described.write_text(text.replace("plugins:\n  providers:\n", PLUGIN), encoding="utf-8")
    plugin = project.root / "theirs" / "pulumi-resource-gme-recording"
    plugin.parent.mkdir()
    plugin.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT / "components"} "$@"\n', encoding="utf-8")
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    return project


def test_another_teams_program_deploys_proves_and_destroys_an_environment(theirs: Project) -> None:
    theirs.done("cloud", "start")
    address = {"GME_RECORDING_CLOUD": theirs.cloud.url}

    up = theirs.done("up", "--json", **address).data()

    assert up["outputs"] == {"bucket": "voice-local-1250000000"}
    assert [report["passed"] for report in up["smoke"]] == [True]
    made = {step["type"].rpartition(":")[2] for step in up["steps"]}
    assert made >= {"RecordingEnvironment", "Bucket", "BucketPolicy", "ServiceLinkedRole", "Policy", "Stash"}
    assert theirs.done("up", "--json", **address).data()["steps"] == []
    theirs.done("destroy", **address)
