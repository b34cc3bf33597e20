"""A set-up that records already is taken over: nothing in it is touched, and what differs is explained."""

import json
import time
from typing import Any

import pytest

from components import documents
from gme_recording.api.cos import Cos
from gme_recording.api.gme import Gme, RecordMode
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.deploy.lookup import BUCKET, BUCKET_POLICY, LINKED_ROLE, finder
from gme_recording.errors import ExitCode
from tests.support.engine import BIZ_ID, Project

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

BY_HAND = "by-hand-1250000000"
ADOPT = ("adopt", "--stack", "old", "--cloud", "local", "--app", f"demo={BIZ_ID}")
OWNING = (*ADOPT, "--grant", "create")
MARKER = "recording-smoke-marker"
STACK = ("--stack", "old")
KEPT = {"Status": "Enabled", "Expiration": {"Days": 90}}
IN_ORDER = {**KEPT, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}


@pytest.fixture
def by_hand(project: Project) -> Project:
    """An account that records, set up in consoles: encrypted, one rule without a name, no bucket policy."""
    project.done("cloud", "start")
    cos = cos_client(project.cloud)
    cos.create_bucket(Bucket=BY_HAND)
    cos.put_bucket_encryption(
        Bucket=BY_HAND,
        ServerSideEncryptionConfiguration={
            "Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    lifecycle(project, {**KEPT, "ID": "old", "Filter": {"Prefix": ""}})
    pop_up = {"QCSServiceName": ["gamemedia.gme.cloud.tencent.com"]}
    Service(project.cloud, "cam").call("CreateServiceLinkedRole", pop_up, Repeat.HARMFUL)
    settings = {"scope": "custom", "bucket": BY_HAND, "region": "ap-guangzhou"}
    project.console.put_recording(
        BIZ_ID, {**settings, "recording": True, "callbackUrl": "https://voice.example.com/old"}
    )
    return project


def lifecycle(project: Project, *rules: dict[str, Any]) -> None:
    cos_client(project.cloud).put_bucket_lifecycle(Bucket=BY_HAND, LifecycleConfiguration={"Rule": [*rules]})


@pytest.fixture
def in_order(by_hand: Project) -> Project:
    """The same with what docs/adoption.md asks for, by hand."""
    lifecycle(
        by_hand,
        {**IN_ORDER, "ID": "default", "Filter": {"Prefix": ""}},
        {**IN_ORDER, "ID": f"app-{BIZ_ID}", "Filter": {"Prefix": f"{BIZ_ID}_"}},
    )
    policy = documents.tls_only("ap-guangzhou", "1250000000", BY_HAND)
    cos_client(by_hand.cloud).put_bucket_policy(Bucket=BY_HAND, Policy=policy)
    return by_hand


def steps(data: dict[str, Any]) -> dict[str, str]:
    return {step["name"]: step["op"] for step in data["steps"]}


def test_a_set_up_made_by_hand_is_taken_over_then_brought_in_order_while_it_records(by_hand):
    tags = {"TagSet": {"Tag": [{"Key": "team", "Value": "voice"}]}}
    cos_client(by_hand.cloud).put_bucket_tagging(Bucket=BY_HAND, Tagging=tags)
    gme = Gme(by_hand.cloud)
    by_hand.console.join(BIZ_ID, "lobby", "10001")
    task = gme.start_record(BIZ_ID, "lobby", RecordMode.MIXED)

    with by_hand.untouched():
        data = by_hand.done(*OWNING, "--json").data()

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
    assert {(reason["resource"].split()[0], reason["kind"]) for reason in data["reasons"]} == {
        ("Bucket", "to the same effect"),
        ("Bucket", "more than is there"),
        ("ServiceLinkedRole", "more than is there"),
        ("BucketPolicy", "more than is there"),
    }
    assert data["smoke"] == []
    refused = by_hand.run("destroy", *STACK)
    assert refused.code == ExitCode.FAILED
    assert "Bucket recording-storage-bucket is protected" in refused.err

    up = by_hand.done("up", *STACK, "--json").data()

    assert [report["passed"] for report in up["smoke"]] == [True]
    by_hand.done("preview", "--refresh", "--expect-no-changes", *STACK)
    recording = gme.find_task(BIZ_ID, "lobby")
    assert recording
    assert recording.task_id == task
    gme.stop_record(BIZ_ID, task)
    assert arrived(by_hand, f"{BIZ_ID}_lobby/")
    find = finder(by_hand.cloud)
    inputs = {"bucket": BY_HAND}
    assert all(find(token, inputs) for token in (BUCKET, BUCKET_POLICY, LINKED_ROLE))


def arrived(project: Project, prefix: str) -> bool:
    """Whether a recording comes below a prefix, within seconds."""
    cos, until = Cos(project.cloud), time.monotonic() + 10
    while not (found := any(cos.keys(BY_HAND, prefix))) and time.monotonic() < until:
        time.sleep(0.2)
    return found


def test_a_set_up_in_order_is_proved_and_leaves_nothing_to_do(in_order):
    with in_order.untouched():
        ran = in_order.done(*ADOPT)

    assert "access.grant: existing, as stack local has create" in ran.err
    assert "passed (" in ran.out
    assert "`up` has nothing to do" in ran.out
    in_order.done("preview", "--expect-no-changes", *STACK)
    in_order.done("drift", *STACK)


def test_without_a_smoke_test_the_first_up_has_it_alone_to_do(in_order):
    ran = in_order.done(*ADOPT, "--no-smoke")

    assert "The smoke test is due. next: gme-recording up --stack old" in ran.out
    assert "passed (" not in ran.out
    up = in_order.done("up", *STACK, "--json").data()
    assert steps(up) == {MARKER: "create"}
    assert [report["passed"] for report in up["smoke"]] == [True]


def test_a_smoke_test_that_fails_leaves_what_was_taken_over(in_order):
    with in_order.fault(service="gme", action="StartRecord", code="AuthFailure.SignatureFailure"):
        ran = in_order.run(*OWNING)

    assert ran.code == ExitCode.FAILED
    assert "adopt old: 4 taken over" in ran.err
    assert "what was taken over stays; put this right, then prove it: gme-recording up --stack old" in ran.err
    assert steps(in_order.done("up", *STACK, "--json").data()) == {MARKER: "create"}


def test_a_stack_file_is_never_written_over(project):
    file = project.root / "stacks" / "Pulumi.local.yaml"
    before = file.read_text()

    ran = project.run("adopt", "--stack", "local", *ADOPT[3:])

    assert ran.code == ExitCode.INPUT
    assert "stacks/Pulumi.local.yaml exists already" in ran.err
    assert file.read_text() == before


def test_an_application_that_does_not_record_is_refused(project):
    ran = project.run(*ADOPT, "--json")

    assert ran.code == ExitCode.INPUT
    assert json.loads(ran.out)["error"]["message"].startswith("the recording service of application")
    assert not (project.root / "stacks" / "Pulumi.old.yaml").exists()
