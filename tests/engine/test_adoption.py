"""A set-up that records already is taken over: nothing in it is touched, and what differs is shown."""

import json
from typing import Any

import pytest

from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.deploy.lookup import BUCKET, BUCKET_POLICY, LINKED_ROLE, finder
from gme_recording.errors import ExitCode
from tests.support.engine import BIZ_ID, Project

pytestmark = pytest.mark.engine

BY_HAND = "by-hand-1250000000"
ADOPT = ("adopt", "--stack", "old", "--cloud", "local", "--region", "ap-guangzhou", "--app", f"demo={BIZ_ID}")
MARKER = "recording-smoke-marker"
STACK = ("--stack", "old")


@pytest.fixture
def by_hand(project: Project) -> Project:
    """An account that records, set up in consoles: one rule without a name, no bucket policy."""
    project.done("cloud", "start")
    cos = cos_client(project.cloud)
    cos.create_bucket(Bucket=BY_HAND)
    cos.put_bucket_encryption(
        Bucket=BY_HAND,
        ServerSideEncryptionConfiguration={
            "Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
    cos.put_bucket_lifecycle(Bucket=BY_HAND, LifecycleConfiguration={"Rule": [rule]})
    cos.put_bucket_tagging(Bucket=BY_HAND, Tagging={"TagSet": {"Tag": [{"Key": "team", "Value": "voice"}]}})
    pop_up = {"QCSServiceName": ["gamemedia.gme.cloud.tencent.com"]}
    Service(project.cloud, "cam").call("CreateServiceLinkedRole", pop_up, Repeat.HARMFUL)
    settings = {"scope": "custom", "bucket": BY_HAND, "region": "ap-guangzhou"}
    project.console.put_recording(
        BIZ_ID, {**settings, "recording": True, "callbackUrl": "https://voice.example.com/old"}
    )
    return project


def steps(data: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["op"] for step in data["steps"]}


def test_a_set_up_made_by_hand_is_taken_over_then_brought_in_order(by_hand):
    with by_hand.untouched():
        data = by_hand.done(*ADOPT, "--json").data()

    assert {name for name, op in steps(data).items() if op == "import"} == {
        "recording-storage-bucket",
        "recording-access-grant",
        f"recording-console-{BIZ_ID}-settings",
    }
    assert steps(data["preview"]) == {
        "recording-storage-bucket": "update",
        "recording-storage-policy": "create",
        "recording-access-grant": "update",
        MARKER: "create",
    }
    changed = {step["name"]: step["changes"] for step in data["preview"]["steps"]}
    paths = {change["path"].split("[")[0] for change in changed["recording-storage-bucket"]}
    assert paths == {"lifecycleRules"}
    assert all(change["path"].startswith("tags") for change in changed["recording-access-grant"])

    up = by_hand.done("up", *STACK, "--json").data()

    assert [report["passed"] for report in up["smoke"]] == [True]
    by_hand.done("preview", "--refresh", "--expect-no-changes", *STACK)
    refused = by_hand.run("destroy", *STACK)
    assert refused.code == ExitCode.FAILED
    assert "Bucket recording-storage-bucket is protected" in refused.err
    find = finder(by_hand.cloud)
    inputs = {"bucket": BY_HAND}
    assert all(find(token, inputs) for token in (BUCKET, BUCKET_POLICY, LINKED_ROLE))


def test_a_set_up_whose_state_was_lost_is_taken_over_without_a_change(deployed):
    deployed.forget()

    with deployed.untouched():
        data = deployed.done(*ADOPT, "--json").data()

    assert steps(data["preview"]) == {MARKER: "create"}
    deployed.done("up", *STACK)
    deployed.done("up", "--refresh", "--expect-no-changes", *STACK)


def test_a_stack_file_is_never_written_over(deployed):
    file = deployed.root / "stacks" / "Pulumi.local.yaml"
    before = file.read_text()

    ran = deployed.run("adopt", "--stack", "local", *ADOPT[3:])

    assert ran.code == ExitCode.INPUT
    assert "stacks/Pulumi.local.yaml exists already" in ran.err
    assert file.read_text() == before


def test_an_application_that_does_not_record_is_refused(project):
    ran = project.run(*ADOPT, "--json")

    assert ran.code == ExitCode.INPUT
    assert json.loads(ran.out)["error"]["message"].startswith("the recording service of application")
    assert not (project.root / "stacks" / "Pulumi.old.yaml").exists()
