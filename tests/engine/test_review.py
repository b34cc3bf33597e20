"""A review that makes its preview itself, on the official engine."""

import pytest

from gme_recording.errors import ExitCode

pytestmark = pytest.mark.engine


def test_a_shorter_retention_is_told_before_it_is_deployed(deployed):
    file = deployed.root / "stacks" / "Pulumi.local.yaml"
    file.write_text(file.read_text().replace("keep: 30 days", "keep: 7 days"))

    ended = deployed.run("review", "--stack", "local", "--objects", "--json", "--output", "comment.md")

    (stack,) = ended.data()["stacks"]
    assert ended.code == ExitCode.OK
    assert stack["counts"] == {"update": 2}
    assert stack["smoke"] == "due (full)"
    loud = [each["text"] for each in ended.data()["effects"] if each["severity"] == "loss"]
    assert loud == [
        "`voice-local-1250000000`, keys `1400000001_*` and all others: **recordings expire sooner**, "
        "30 days → 7 days, those that are there already too"
    ]
    comment = (deployed.root / "comment.md").read_text()
    assert "lifecycleRules[app-1400000001].expiration.days`: `30` → `7`" in comment


def test_nothing_to_deploy_is_a_quiet_review(deployed):
    ended = deployed.run("review", "--stack", "local", "--fail-on", "deletions")

    assert ended.code == ExitCode.OK
    assert "## Recording: nothing changes" in ended.out
    assert "not due" in ended.out
