"""What is read of an account, and what stands in the way: by https, as it is done with Tencent Cloud."""

import os
from dataclasses import replace
from typing import Any

import pytest

from components import documents, permissions
from components.config.model import AccessPolicy
from gme_recording.adoption.survey import Found, Told, survey
from gme_recording.api import Cloud, CloudKind, LifecycleRule, LocalCloud
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.errors import ApiError
from gme_recording.api.gme import Gme
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.errors import UserError
from gme_recording.localcloud.pytest_plugin import RunningCloud

HOME, EUROPE = "ap-singapore", "eu-frankfurt"
APPID = "1250000000"
NAME, ELSEWHERE = f"voice-{APPID}", f"voice-eu-{APPID}"
APPS = {"asia": 1400000001, "europe": 1400000002}
TOLD = Told(
    regions=(HOME, EUROPE),
    buckets={"": NAME, "europe": ELSEWHERE},
    callback_urls={"asia": "https://voice.example.com/x"},
)
TENCENT = Cloud(CloudKind.TENCENT, HOME, LOCAL_MAIN_ACCOUNT)
PLAIN = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}


class Account:
    """An account that somebody sets up by hand."""

    def __init__(self, running: RunningCloud) -> None:
        self.here = Cloud(CloudKind.LOCAL, HOME, LOCAL_MAIN_ACCOUNT, running.url)
        self.console = LocalCloud(running.url)
        pop_up = {"QCSServiceName": ["gamemedia.gme.cloud.tencent.com"]}
        Service(self.here, "cam").call("CreateServiceLinkedRole", pop_up, Repeat.HARMFUL)
        for app, bucket, region in (("asia", NAME, HOME), ("europe", ELSEWHERE, EUROPE)):
            self.cos(region).create_bucket(Bucket=bucket)
            self.console.create_application(APPS[app], app)
            self.record(app, bucket, region)

    def cos(self, region: str = HOME) -> Any:
        return cos_client(replace(self.here, region=region))

    def record(self, app: str, bucket: str, region: str) -> None:
        shown = {"scope": "custom", "bucket": bucket, "region": region, "callbackUrl": ""}
        self.console.put_recording(APPS[app], {**shown, "recording": True})


@pytest.fixture
def account(local_cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The variables are those of `gme-recording cloud env --https`."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, os.fspath(local_cloud.certificate))
    monkeypatch.setenv("HTTPS_PROXY", local_cloud.url)
    return Account(local_cloud)


def look(*names: str, told: Told = TOLD, cloud: Cloud = TENCENT) -> Found:
    return survey(cloud, {name: APPS[name] for name in names}, told)


def test_what_the_console_shows_is_what_somebody_says(account: Account) -> None:
    found = look("asia", "europe")

    assert [(item.bucket, item.region, item.callback_url) for item in found.apps.values()] == [
        (NAME, HOME, "https://voice.example.com/x"),
        (ELSEWHERE, EUROPE, ""),
    ]
    assert [(bucket.name, bucket.region) for bucket in found.buckets] == [(NAME, HOME), (ELSEWHERE, EUROPE)]
    assert (found.policies, found.account.appid) == ({}, APPID)


def test_the_local_console_needs_no_telling(account: Account) -> None:
    nothing = Told(buckets={}, callback_urls={})

    found = look("europe", "asia", told=nothing, cloud=account.here)

    assert [bucket.region for bucket in found.buckets] == [EUROPE, HOME]


def test_everything_that_a_stack_can_declare_is_found(account: Account) -> None:
    cos, log, copies = account.cos(), f"voice-log-{APPID}", f"voice-copy-{APPID}"
    cos.create_bucket(Bucket=log)
    account.cos(EUROPE).create_bucket(Bucket=copies)
    account.cos(EUROPE).put_bucket_versioning(Bucket=copies, Status="Enabled")
    cos.put_bucket_versioning(Bucket=NAME, Status="Enabled")
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    cos.put_bucket_encryption(Bucket=NAME, ServerSideEncryptionConfiguration={"Rule": [by_default]})
    cos.put_bucket_lifecycle(Bucket=NAME, LifecycleConfiguration={"Rule": [PLAIN]})
    cos.put_bucket_tagging(Bucket=NAME, Tagging={"TagSet": {"Tag": [{"Key": "team", "Value": "voice"}]}})
    logging = {"LoggingEnabled": {"TargetBucket": log, "TargetPrefix": f"{NAME}/"}}
    cos.put_bucket_logging(Bucket=NAME, BucketLoggingStatus=logging)
    uin = "100000000001"
    there = {"Bucket": f"qcs::cos:{EUROPE}::{copies}"}
    rule = {"ID": "all", "Status": "Enabled", "Prefix": "", "Destination": there}
    role = f"qcs::cam::uin/{uin}:uin/{uin}"
    cos.put_bucket_replication(Bucket=NAME, ReplicationConfiguration={"Role": role, "Rule": [rule]})
    networks = ("127.0.0.0/8", "203.0.113.0/24")
    policy = documents.bucket_policy(HOME, APPID, NAME, uin, networks)
    cos.put_bucket_policy(Bucket=NAME, Policy=policy)
    reader = {"PolicyName": f"{NAME}-reader", "PolicyDocument": permissions.recorder(uin, [1])}
    cam = Service(account.here, "cam")
    policy_id = cam.call("CreatePolicy", reader, Repeat.HARMFUL)["PolicyId"]
    user = cam.call("AddUser", {"Name": "support"}, Repeat.HARMFUL)
    cam.call("AttachUserPolicy", {"PolicyId": policy_id, "AttachUin": user["Uin"]}, Repeat.HARMFUL)
    cam.call("AddUser", {"Name": "other"}, Repeat.HARMFUL)

    found = look("asia")

    (bucket,) = found.buckets
    assert bucket.rules == (LifecycleRule(id="old", expire_days=90),)
    assert (bucket.encryption, bucket.versioning, bucket.tags) == ("AES256", True, {"team": "voice"})
    assert bucket.networks == networks
    assert bucket.log
    assert bucket.log.name == log
    assert bucket.copies
    assert (bucket.copies.name, bucket.copies.region) == (copies, EUROPE)
    assert found.policies == {AccessPolicy.READER: ("support",)}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({"Status": "Disabled"}, "is disabled"),
        ({"Transition": [{"Days": 9, "StorageClass": "INTELLIGENT_TIERING"}]}, "moves objects to INTELL"),
        ({"Expiration": {"Date": "2030-01-01T00:00:00Z"}}, "goes by a date"),
        (
            {"Filter": {"And": {"Prefix": "", "Tag": [{"Key": "a", "Value": "b"}]}}},
            "is for some objects only",
        ),
        (
            {"NoncurrentVersionTransition": [{"NoncurrentDays": 9, "StorageClass": "ARCHIVE"}]},
            "moves old versions",
        ),
    ],
)
def test_a_lifecycle_rule_that_no_stack_can_declare_is_not_taken_for_another(
    account: Account, rule: dict[str, Any], why: str
) -> None:
    rules = {"Rule": [{**PLAIN, **rule}]}
    account.cos().put_bucket_lifecycle(Bucket=NAME, LifecycleConfiguration=rules)

    (bucket,) = look("asia").buckets

    assert bucket.rules == ()
    assert bucket.odd_rules["old"].startswith(why)


def test_without_a_list_of_applications_a_probe_tells_whether_one_records(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Gme, biz_id: int) -> None:
        raise ApiError("InvalidAction", "no such action here", action="DescribeApplicationList")

    monkeypatch.setattr(Gme, "find_app", refused)
    off = {"recording": False, "scope": "custom", "bucket": ELSEWHERE, "region": EUROPE, "callbackUrl": ""}
    account.console.put_recording(APPS["europe"], off)

    assert look("asia").apps["asia"].recording
    with pytest.raises(UserError, match="recording service of application 1400000002 is off"):
        look("europe")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"buckets": {"europe": ELSEWHERE}}, "only the GME console shows"),
        ({"regions": ()}, "no bucket voice-1250000000 in any region that was named"),
        ({"regions": (EUROPE,)}, "no bucket voice-1250000000 in eu-frankfurt"),
    ],
)
@pytest.mark.usefixtures("account")
def test_what_no_api_tells_must_be_said(told: dict[str, Any], why: str) -> None:
    with pytest.raises(UserError, match=why):
        look("asia", told=replace(TOLD, **told))


def test_a_region_that_is_not_recorded_in_is_refused(account: Account) -> None:
    with pytest.raises(UserError, match="into a bucket in eu-frankfurt, not in ap-singapore") as refused:
        look("asia", "europe", told=replace(TOLD, regions=(HOME,)), cloud=account.here)
    assert refused.value.hint == "--region eu-frankfurt"


def test_two_buckets_of_one_region_are_two_stacks(account: Account) -> None:
    second = f"chat-{APPID}"
    account.cos().create_bucket(Bucket=second)

    with pytest.raises(UserError, match=f"two buckets in {HOME}: {NAME}, {second}"):
        look("asia", "europe", told=replace(TOLD, buckets={"asia": NAME, "europe": second}))
