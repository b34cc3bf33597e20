from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import recording
from components.config.model import (
    Access,
    AccessLog,
    AccessPolicy,
    App,
    Confirmation,
    Grant,
    OnDestroy,
    Replica,
    Retention,
    Routing,
    Stack,
    Storage,
)
from components.recording import RecordingEnvironment
from tests.components.stacks import a_stack
from tests.support import wire


def deploy(stack: Stack) -> wire.Wire:
    def program() -> None:
        RecordingEnvironment("recording", {"stack": stack, "owner_uin": "100000000001", "root": Path()})

    return wire.run(program)


def names(stack: Stack) -> set[str]:
    return {each.name for each in deploy(stack).registered if each.custom}


def test_an_environment_is_bucket_policy_grant_settings_and_marker() -> None:
    assert names(a_stack()) == {
        "recording-storage-bucket",
        "recording-storage-policy",
        "recording-access-grant",
        "recording-console-1400000001-settings",
        "recording-smoke-marker",
    }


def test_every_application_has_its_settings() -> None:
    settings = deploy(a_stack(apps=3)).of_type("RecordingSettings")
    assert {each.props["bizId"] for each in settings} == {1400000001, 1400000002, 1400000003}


def test_policies_are_made_as_asked_for() -> None:
    access = Access(grant=Grant.EXISTING, policies=(AccessPolicy.READER,))
    made = names(a_stack(access=access))
    assert "recording-access-reader" in made
    assert not {"recording-access-grant", "recording-access-recorder"} & made


def test_settings_come_after_bucket_policy_and_grant_and_the_marker_last() -> None:
    sent = deploy(a_stack())
    bucket, policy, grant, settings = (
        sent.named(f"recording-{name}").urn
        for name in ("storage-bucket", "storage-policy", "access-grant", "console-1400000001-settings")
    )
    assert sent.only("RecordingSettings").dependencies == {bucket, policy, grant}
    assert sent.only("Stash").dependencies == {bucket, policy, grant, settings}


def test_renaming_an_application_keeps_its_settings_in_place() -> None:
    stack = a_stack()
    renamed = replace(stack, apps=(replace(stack.apps[0], name="renamed"),))
    urns = [{each.urn for each in deploy(one).registered} for one in (stack, renamed)]
    assert urns[0] == urns[1]


def test_a_confirmation_goes_to_its_application() -> None:
    confirmed = App(
        name="arena",
        biz_id=7,
        confirmation=Confirmation(fingerprint="0123456789ab", by="Ops", on="2026-03-31"),
    )
    props = deploy(replace(a_stack(), apps=(confirmed,))).only("RecordingSettings").props
    assert (props["confirmed"], props["by"], props["on"]) == ("0123456789ab", "Ops", "2026-03-31")


def test_outputs_are_what_operators_and_programs_need() -> None:
    sent = deploy(a_stack())
    outputs = sent.outputs[sent.named("recording").urn]
    proved = outputs.pop("smokeTest")
    assert len(proved) == 12
    assert outputs == {
        "bucket": "voice-1250000000",
        "bucketUrl": "https://rec.cos.ap-guangzhou.myqcloud.com",
        "role": "GME_QCSLinkedRoleInGameMedia",
        "policyIds": {},
        "applications": {"app0": {"bizId": 1400000001, "prefix": "1400000001_", "settings": "0123456789ab"}},
    }


EVERYWHERE = a_stack(
    apps=2,
    storage=Storage(
        name="voice",
        retention=Retention(keep_days=30),
        versioning=True,
        allowed_networks=("203.0.113.0/24",),
        access_log=AccessLog(name="voice-log", keep_days=90),
        replica=Replica(region="eu-frankfurt", name="voice-copy"),
        on_destroy=OnDestroy.EMPTY,
    ),
    storages={"eu-frankfurt": Storage(name="voice-eu", retention=Retention(keep_days=5))},
    access=Access(grant=Grant.CREATE, policies=tuple(AccessPolicy), readers=("support",)),
    routing=Routing(
        region="ap-guangzhou", protocol="HTTP", cos_domain="http://cos.ap-guangzhou.myqcloud.com"
    ),
)
EVERYWHERE = replace(
    EVERYWHERE, apps=(EVERYWHERE.apps[0], replace(EVERYWHERE.apps[1], region="eu-frankfurt"))
)


def test_every_region_has_its_bucket_and_one_provider() -> None:
    sent = deploy(EVERYWHERE)
    provider = sent.only("pulumi:providers:tencentcloud")
    assert provider.name == "recording-provider-eu-frankfurt"
    assert provider.props["region"] == "eu-frankfurt"
    assert provider.props["protocol"] == "HTTP"
    assert provider.props["cosDomain"] == "http://cos.eu-frankfurt.myqcloud.com"
    by_bucket = {each.props["bucket"]: each for each in sent.of_type("Bucket")}
    here, away = f"{provider.urn}::id-of-{provider.name}", ""
    assert {name: each.provider for name, each in by_bucket.items()} == {
        "voice-1250000000": away,
        "voice-log-1250000000": away,
        "voice-copy-1250000000": here,
        "voice-eu-1250000000": here,
    }
    assert {each.provider for each in sent.of_type("BucketPolicy")} == {here, away}


def test_settings_and_smoke_test_follow_the_application_to_its_region() -> None:
    sent = deploy(EVERYWHERE)
    assert {
        each.props["bizId"]: (each.props["bucket"], each.props["region"])
        for each in sent.of_type("RecordingSettings")
    } == {
        1400000001: ("voice-1250000000", "ap-guangzhou"),
        1400000002: ("voice-eu-1250000000", "eu-frankfurt"),
    }
    marker = sent.only("Stash")
    assert {each.urn for each in sent.of_type("Bucket")} <= marker.dependencies


def test_the_bucket_is_logged_and_copied() -> None:
    sent = deploy(EVERYWHERE)
    bucket = sent.named("recording-storage-bucket")
    assert {key: bucket.props[key] for key in ("logEnable", "logTargetBucket", "logPrefix")} == {
        "logEnable": True,
        "logTargetBucket": "voice-log-1250000000",
        "logPrefix": "voice-1250000000/",
    }
    assert bucket.props["replicaRole"] == "qcs::cam::uin/100000000001:uin/100000000001"
    assert bucket.props["replicaRules"] == [
        {
            "id": "all",
            "status": "Enabled",
            "prefix": "",
            "destinationBucket": "qcs::cos:eu-frankfurt::voice-copy-1250000000",
        }
    ]
    log, copy = (sent.named(f"recording-storage-{name}-bucket") for name in ("log", "replica"))
    assert {log.urn, copy.urn} <= bucket.dependencies
    assert (log.props["versioningEnable"], copy.props["versioningEnable"]) == (False, True)
    assert copy.props["lifecycleRules"] == bucket.props["lifecycleRules"]
    assert [rule["expiration"] for rule in log.props["lifecycleRules"]] == [{"days": 90}]


def test_networks_limit_recordings_and_copies() -> None:
    sent = deploy(EVERYWHERE)
    limited = {
        each.props["bucket"] for each in sent.of_type("BucketPolicy") if "203.0.113.0" in each.props["policy"]
    }
    assert limited == {"voice-1250000000", "voice-copy-1250000000"}


def test_policies_reach_what_they_are_for() -> None:
    reach = {reach.bucket: reach for reach in recording.reaches(EVERYWHERE)}
    assert list(reach) == [
        "voice-1250000000",
        "voice-eu-1250000000",
        "voice-copy-1250000000",
        "voice-log-1250000000",
    ]
    sent = deploy(EVERYWHERE)
    reader, eraser = (
        sent.named(f"recording-access-{name}").props["document"] for name in ("reader", "eraser")
    )
    assert ("voice-copy" in reader, "voice-copy" in eraser) == (False, True)
    assert "voice-eu" in reader
    assert "voice-log" not in reader + eraser
    assert sent.only("UserPolicyAttachment").name == "recording-access-reader-support"


def test_a_deployer_may_end_an_access_log_and_a_replica_that_are_declared_no_longer() -> None:
    made = deploy(replace(a_stack(), access=Access(policies=(AccessPolicy.DEPLOYER,))))
    document = json.loads(made.named("recording-access-deployer").props["document"])
    assert {"cos:PutBucketLogging", "cos:DeleteBucketReplication"} <= {*document["statement"][0]["action"]}


def test_a_new_region_touches_nothing_of_the_others() -> None:
    before, after = a_stack(), replace(a_stack(), storages=EVERYWHERE.storages)
    old, new = ({each.urn for each in deploy(one).registered} for one in (before, after))
    assert old < new
    assert all("eu-frankfurt" in urn for urn in new - old)


MOVES: dict[str, tuple[str, Callable[[pulumi.Resource], pulumi.ResourceOptions]]] = {
    "renamed": ("voice", lambda _: pulumi.ResourceOptions(aliases=[pulumi.Alias(name="recording")])),
    "moved": (
        "recording",
        lambda other: pulumi.ResourceOptions(
            parent=other, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
        ),
    ),
    "renamed and moved": (
        "voice",
        lambda other: pulumi.ResourceOptions(
            parent=other, aliases=[pulumi.Alias(name="recording", parent=pulumi.ROOT_STACK_RESOURCE)]
        ),
    ),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("stack", [a_stack(apps=2), EVERYWHERE], ids=["plain", "everything"])
def test_an_alias_finds_everything_again(stack: Stack, move: str) -> None:
    """One on the environment is enough: the engine looks for every resource under its old URN."""
    name, options = MOVES[move]

    def program() -> None:
        other = pulumi.ComponentResource("studio:index:Game", "game")
        args: recording.RecordingArgs = {"stack": stack, "owner_uin": "100000000001", "root": Path()}
        RecordingEnvironment(name, args, options(other))

    old = {each.urn: each.name for each in deploy(stack).registered}
    new = [each for each in wire.run(program).registered if each.name != "game"]
    assert len(new) == len(old)
    assert not {each.urn for each in new} & set(old)
    for each in new:
        (found,) = each.former & set(old)
        assert old[found] == each.name.replace("voice", "recording", 1)


def test_without_an_alias_nothing_would_be_found_again() -> None:
    def program() -> None:
        RecordingEnvironment("voice", {"stack": a_stack(), "owner_uin": "1", "root": Path()})

    assert {urn for each in wire.run(program).registered for urn in each.former} == set()


@pytest.mark.parametrize(
    "change",
    [
        {"apps": a_stack(apps=2).apps[::-1]},
        {"access": Access(grant=Grant.CREATE, policies=(AccessPolicy.READER, AccessPolicy.RECORDER))},
        {"storage": Storage(name="renamed", retention=Retention(keep_days=1))},
        {"region": "ap-beijing"},
    ],
    ids=["applications reordered", "policies reordered", "bucket renamed", "another region"],
)
def test_names_hang_on_nothing_that_may_change(change: dict[str, Any]) -> None:
    policies = Access(grant=Grant.CREATE, policies=(AccessPolicy.RECORDER, AccessPolicy.READER))
    stack = a_stack(apps=2, access=policies)
    one, other = (
        {each.urn for each in deploy(each).registered} for each in (stack, replace(stack, **change))
    )
    assert one == other
