"""Drift on the official engine: somebody changes the cloud, it is found, told apart, and undone."""

import pytest

from gme_recording.api.vendor import cos_client
from gme_recording.deploy import cloud as local
from gme_recording.errors import ExitCode
from tests.engine.test_lifecycle import switch_recording_off
from tests.engine.test_regions import deployer
from tests.support.engine import Project

pytestmark = pytest.mark.engine

BUCKET = "voice-local-1250000000"
SHORTENED = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": "1"}}


def open_the_bucket_and_shorten_retention(project: Project) -> None:
    sdk = cos_client(project.cloud)
    sdk.put_bucket_lifecycle(Bucket=BUCKET, LifecycleConfiguration={"Rule": [SHORTENED]})
    sdk.put_bucket_acl(Bucket=BUCKET, ACL="public-read")


def test_drift_is_found_told_and_undone(deployed):
    switch_recording_off(deployed)
    open_the_bucket_and_shorten_retention(deployed)

    ended = deployed.run("drift", "--json", "--markdown", "drift.md")

    (stack,) = ended.data()
    assert (ended.code, stack["drift"], stack["failures"]) == (ExitCode.DIFFERS, True, [])
    found = {finding["part"]: finding for finding in stack["findings"]}
    assert len(found) == len(stack["findings"])
    assert "lifecycleRules[0].expiration.days: 30 → 1" in found["resources"]["details"]
    assert found["console"]["details"] == ["Recording service: declared Enable, proved no: Disable"]
    assert found["exposure"]["details"][0] == "the bucket's ACL gives READ to everybody"
    assert {finding["who"] for finding in stack["findings"]} == {
        "who deploys the stack",
        "who administers the account",
    }
    assert (deployed.root / "drift.md").read_text().startswith("## Drift\n\n### ⚠️ `local`: 3 differences\n")
    assert deployed.run("drift").code == ExitCode.DIFFERS, "looking changes nothing"

    deployed.done("up", "--refresh")

    assert deployed.done("drift").out == "local: as declared\n"


def test_the_deployers_policy_is_enough_to_look(project):
    local.start(project.root)
    key = deployer(project)
    project.done("up", **key)

    (stack,) = project.done("drift", "--json", **key).data()

    assert (stack["findings"], stack["failures"]) == ([], [])
    assert stack["notes"] == [f"recordings in {BUCKET} may not be listed: none was asked for"]


def test_stacks_that_cannot_be_looked_at_are_told_apart_from_drift(deployed, tmp_path_factory):
    home = str(tmp_path_factory.mktemp("home"))
    deployed.edit("keep: 180 days", "keep: never", stack="prod")
    switch_recording_off(deployed)

    ended = deployed.run("drift", "--all", "--json", HOME=home, PULUMI_HOME=f"{home}/.pulumi")

    stacks = {stack["stack"]: stack for stack in ended.data()}
    assert list(stacks) == ["dev", "local", "prod", "staging"]
    assert ended.code == ExitCode.FAILED
    assert (stacks["local"]["drift"], stacks["local"]["failures"]) == (True, [])
    assert [failure["exitCode"] for failure in stacks["prod"]["failures"]] == [ExitCode.INPUT]
    parts = {part: failure["exitCode"] for failure in stacks["dev"]["failures"] for part in failure["parts"]}
    assert parts == dict.fromkeys(["resources", "console", "grant", "exposure"], ExitCode.AUTH)
    assert not stacks["dev"]["drift"]


def test_a_stack_that_was_never_deployed_is_no_drift(project):
    ended = project.run("drift", "--json")

    (stack,) = ended.data()
    failures = {tuple(failure["parts"]): failure for failure in stack["failures"]}
    assert failures["resources",]["message"] == "stack local is not deployed"
    assert failures["resources",]["exitCode"] == ExitCode.NO_STACK
    assert ended.code == ExitCode.NO_STACK
