"""The bucket: where it is, how it is set, who does not get what is in it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from qcloud_cos import CosServiceError

from gme_recording import smoke
from gme_recording.api import Cam, Cloud, CloudKind, Credentials, LifecycleRule, Secret
from gme_recording.smoke import Verdict, stranger
from gme_recording.smoke.model import Run
from tests.smoke.environment import APP, BUCKET, NOTHING, POLICY, RULE, Environment, found

COPY = "copy-1250000000"


def test_bucket_finds_that_there_is_none(environment: Environment) -> None:
    report = smoke.run(environment.target(bucket="other-1250000000"), environment.cloud)
    assert "NoSuchBucket" in found(report, "bucket")
    assert report.cause == "there is no bucket other-1250000000 in ap-guangzhou"


def test_bucket_finds_another_region(environment: Environment) -> None:
    report = smoke.run(environment.target(region="ap-shanghai"), environment.cloud)
    assert found(report, "bucket") == f"{BUCKET} is in ap-guangzhou, declared is ap-shanghai"


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ({"encryption": "SM4"}, "encryption is AES256, declared SM4"),
        ({"encryption": ""}, "encryption is AES256, declared off"),
        (
            {"lifecycle": (replace(RULE, expire_days=90, abort_uploads_days=None),)},
            "lifecycle rule default: expireDays is 30, declared 90, abortUploadsDays is 1, declared None",
        ),
        (
            {"lifecycle": (LifecycleRule(id="app", expire_days=1),)},
            "lifecycle rule app is missing; lifecycle rule default is not declared",
        ),
    ],
)
def test_bucket_settings_finds_what_differs(
    environment: Environment, declared: dict[str, Any], wanted: str
) -> None:
    report = smoke.run(environment.target(**declared), environment.cloud)
    assert found(report, "bucket-settings") == wanted


@pytest.mark.parametrize(
    ("declared", "wanted"),
    [
        ({"policy": '{"version":"2.0","statement":[]}'}, "the bucket policy is not the declared one"),
        ({"versioning": True}, "versioning is off, declared on"),
        (
            {"tags": (("environment", "test"), ("team", "voice"))},
            "tag environment is lab, declared test; tag team is missing",
        ),
        ({"log_bucket": "log-1250000000"}, "the access log goes to nowhere, declared log-1250000000"),
        (
            {"replica": f"ap-guangzhou/{COPY}"},
            f"recordings are copied to nowhere, declared ap-guangzhou/{COPY}",
        ),
    ],
)
def test_bucket_settings_finds_an_update_that_got_lost(
    environment: Environment, declared: dict[str, Any], wanted: str
) -> None:
    further(environment)
    report = smoke.run(environment.target(**declared), environment.cloud)
    assert found(report, "bucket-settings") == wanted


def test_bucket_settings_prove_everything_that_is_declared(environment: Environment) -> None:
    further(environment)
    environment.bucket("log-1250000000")
    enabled = {"LoggingEnabled": {"TargetBucket": "log-1250000000", "TargetPrefix": "a/"}}
    environment.sdk.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus=enabled)
    environment.sdk.put_bucket_versioning(Bucket=BUCKET, Status="Enabled")
    policy = json.dumps(json.loads(POLICY), indent=1)
    declared = environment.target(
        policy=policy, versioning=True, tags=(("environment", "lab"),), log_bucket="log-1250000000"
    )
    report = smoke.run(declared, environment.cloud)
    proof = "1 lifecycle rule, encryption AES256, policy, versioning, tags, access log"
    assert found(report, "bucket-settings", Verdict.PASS) == proof


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ({}, f"ap-guangzhou/{COPY}, declared nowhere"),
        ({"Prefix": "1400000001_"}, f"ap-guangzhou/{COPY}/1400000001_*, declared nowhere"),
    ],
)
def test_bucket_settings_finds_a_copy_that_nobody_declared(
    environment: Environment, rule: dict[str, str], wanted: str
) -> None:
    replicate(environment, **rule)
    report = smoke.run(environment.target(replica=""), environment.cloud)
    assert found(report, "bucket-settings") == f"recordings are copied to {wanted}"


def test_bucket_settings_prove_a_replica_and_find_it_switched_off(environment: Environment) -> None:
    target = environment.target(replica=f"ap-guangzhou/{COPY}")
    replicate(environment)
    proof = found(smoke.run(target, environment.cloud), "bucket-settings", Verdict.PASS)
    assert proof.endswith(", replica")

    replicate(environment, Status="Disabled")

    report = smoke.run(target, environment.cloud)
    assert found(report, "bucket-settings") == f"recordings are copied to nowhere, declared {target.replica}"
    assert "no refresh repairs it" in report.hint


def replicate(environment: Environment, **changes: str) -> None:
    """Copy everything to a bucket of the same region: where it is, is only its name to this check."""
    with suppress(CosServiceError):
        environment.bucket(COPY)
    for bucket in (BUCKET, COPY):
        environment.sdk.put_bucket_versioning(Bucket=bucket, Status="Enabled")
    destination = {"Bucket": f"qcs::cos:ap-guangzhou::{COPY}"}
    rule = {"ID": "all", "Status": "Enabled", "Prefix": "", "Destination": destination, **changes}
    role = "qcs::cam::uin/100000000001:uin/100000000001"
    configuration = {"Role": role, "Rule": [rule]}
    environment.sdk.put_bucket_replication(Bucket=BUCKET, ReplicationConfiguration=configuration)


def further(environment: Environment) -> None:
    tag = {"Key": "environment", "Value": "lab"}
    environment.sdk.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": {"Tag": [tag]}})


def test_anonymous_finds_a_public_recording(environment: Environment) -> None:
    def publish(run: Run) -> None:
        environment.sdk.put_object_acl(Bucket=BUCKET, Key=run.keys[0], ACL="public-read")

    report = environment.smoke(file=publish)
    assert "was answered with 200" in found(report, "anonymous")
    assert "private" in report.hint


def test_plain_http_finds_a_policy_that_is_gone(environment: Environment) -> None:
    report = environment.smoke(file=lambda _: environment.sdk.delete_bucket_policy(Bucket=BUCKET))
    assert "over plain http was answered with 200" in found(report, "plain-http")
    assert environment.leftovers() == NOTHING


def test_plain_http_is_left_out_where_no_policy_demands_tls(environment: Environment) -> None:
    report = smoke.run(environment.target(policy=""), environment.cloud)
    assert report.passed
    assert found(report, "plain-http", Verdict.SKIP) == "no declared policy demands TLS"


def test_stranger_finds_a_bucket_that_is_open_to_another_account(environment: Environment) -> None:
    elsewhere = stranger.stranger(environment.cloud)
    assert elsewhere is not None
    uin = Cam(elsewhere).account().uin
    policy = json.loads(POLICY)
    allowed = {
        "effect": "allow",
        "principal": {"qcs": [f"qcs::cam::uin/{uin}:uin/{uin}"]},
        "action": ["name/cos:GetObject"],
        "resource": [f"qcs::cos:ap-guangzhou:uid/1250000000:{BUCKET}/*"],
    }
    policy["statement"].append(allowed)
    environment.sdk.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    target = environment.target(policy=json.dumps(policy))
    report = environment.smoke(environment.run(target, stranger=lambda: elsewhere))
    assert re.match(rf"APPID \d+ read {APP}_gme-recording-smoke/", found(report, "stranger"))


def test_stranger_finds_a_key_of_the_same_account(environment: Environment) -> None:
    report = environment.smoke(environment.run(stranger=lambda: environment.cloud))
    assert "belongs to the same account" in found(report, "stranger")


def test_stranger_is_left_out_without_a_key(environment: Environment) -> None:
    report = environment.smoke(environment.run(stranger=lambda: None))
    assert report.passed
    assert "no key of another account in GME_RECORDING_STRANGER_SECRET_ID" in found(
        report, "stranger", Verdict.SKIP
    )


@pytest.mark.parametrize(
    ("secret_id", "given"), [("AKIDanother", True), ("", False), ("AKIDlocalAnother", False)]
)
def test_stranger_of_tencent_cloud_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, secret_id: str, *, given: bool
) -> None:
    monkeypatch.setenv(stranger.ID, secret_id)
    monkeypatch.setenv(stranger.KEY, "canary")
    cloud = Cloud(CloudKind.TENCENT, "ap-guangzhou", Credentials("AKIDours", Secret("ours")))
    found = stranger.stranger(cloud)
    wanted = replace(cloud, credentials=Credentials("AKIDanother", Secret("canary"))) if given else None
    assert found == wanted
    assert "canary" not in repr(found)
