"""Buckets of the local cloud, opened in every way that COS knows."""

import json
from dataclasses import replace
from typing import Any

import pytest

from components.permissions import Reach, auditor
from gme_recording.api import ApiError, Cloud, CloudKind, Cos
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, Credentials, Secret
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service, cos_client
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.review import exposure

BUCKET, REGION = "voice-1250000000", "ap-guangzhou"
KEY = "1400000001_room/2026-01-01-00-00-00_0_audio.mp3"
PREFIXES = ("1400000001_",)
ANYONE = {"qcs": ["qcs::cam::anyone:anyone"]}


@pytest.fixture
def cloud(local_cloud: RunningCloud) -> Cloud:
    return Cloud(CloudKind.LOCAL, REGION, LOCAL_MAIN_ACCOUNT, local_cloud.url)


@pytest.fixture
def sdk(cloud: Cloud) -> Any:
    client = cos_client(cloud)
    client.create_bucket(Bucket=BUCKET)
    return client


def found(cloud: Cloud) -> list[str]:
    seen = exposure.look(Cos(cloud), BUCKET, PREFIXES)
    assert seen.unasked == ()
    return list(seen.openings)


def statement(**parts: Any) -> dict[str, Any]:
    whole = f"qcs::cos:{REGION}:uid/1250000000:{BUCKET}/*"
    return {"effect": "allow", "principal": ANYONE, "action": ["cos:GetObject"], "resource": [whole], **parts}


def policy(**parts: Any) -> str:
    return json.dumps({"version": "2.0", "statement": [statement(**parts)]})


def test_a_private_bucket_is_closed_with_and_without_recordings(cloud, sdk):
    assert found(cloud) == []

    sdk.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")

    assert found(cloud) == []


def test_a_bucket_that_is_gone_is_not_open(cloud):
    assert found(cloud) == []


def test_a_public_bucket_is_seen_by_its_list_and_by_a_strangers_request(cloud, sdk):
    sdk.put_bucket_acl(Bucket=BUCKET, ACL="public-read")

    assert found(cloud) == [
        "the bucket's ACL gives READ to everybody",
        "an unsigned GET of gme-recording-drift/nothing was answered with 404",
    ]


def test_a_public_recording_in_a_private_bucket_is_seen(cloud, sdk):
    sdk.put_object(Bucket=BUCKET, Key=KEY, Body=b"x", ACL="public-read")

    assert found(cloud) == [
        f"the ACL of {KEY} gives READ to everybody",
        f"an unsigned GET of {KEY} was answered with 200",
    ]


def test_another_accounts_grant_is_seen(cloud, sdk):
    sdk.put_bucket_acl(Bucket=BUCKET, GrantRead='id="qcs::cam::uin/100000000009:uin/100000000009"')

    assert found(cloud) == ["the bucket's ACL gives READ to qcs::cam::uin/100000000009:uin/100000000009"]


def test_a_policy_for_everybody_is_seen(cloud, sdk):
    sdk.put_object(Bucket=BUCKET, Key=KEY, Body=b"x")
    sdk.put_bucket_policy(Bucket=BUCKET, Policy=json.loads(policy()))

    policy_says, answer = found(cloud)

    assert policy_says.startswith("the bucket policy lets everybody do cos:GetObject on qcs::cos:")
    assert answer == f"an unsigned GET of {KEY} was answered with 200"


def test_only_a_few_recordings_are_asked_for(cloud, sdk):
    for number in range(exposure.SAMPLE + 3):
        sdk.put_object(Bucket=BUCKET, Key=f"1400000001_room_{number}/a.mp3", Body=b"x")
    sdk.put_bucket_policy(Bucket=BUCKET, Policy=json.loads(policy()))

    answers = [text for text in found(cloud) if text.startswith("an unsigned GET")]

    assert len(answers) == exposure.SAMPLE


def test_an_auditors_key_is_enough_for_the_bucket_and_sees_no_recording(cloud, sdk):
    sdk.put_object(Bucket=BUCKET, Key=KEY, Body=b"x", ACL="public-read")
    cam = Service(cloud, "cam")
    user = cam.call("AddUser", {"Name": "nightly", "UseApi": 1}, Repeat.HARMFUL)
    document = auditor("100000000001", [Reach(region=REGION, appid="1250000000", bucket=BUCKET)])
    policy = cam.call("CreatePolicy", {"PolicyName": "audit", "PolicyDocument": document}, Repeat.HARMFUL)
    cam.call("AttachUserPolicy", {"PolicyId": policy["PolicyId"], "AttachUin": user["Uin"]}, Repeat.HARMFUL)
    key = Credentials(str(user["SecretId"]), Secret(str(user["SecretKey"])))

    seen = exposure.look(Cos(replace(cloud, credentials=key)), BUCKET, PREFIXES)

    assert seen.openings == ()
    assert seen.unasked == (f"recordings in {BUCKET} may not be listed: none was asked for",)


def test_who_may_not_look_is_told_so(cloud, sdk):
    stranger = replace(cloud, credentials=Credentials("AKIDlocalNobody", Secret("x")))

    with pytest.raises(ApiError):
        found(stranger)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"principal": "*"}, ["cos:GetObject"]),
        ({"effect": "deny"}, []),
        ({"principal": {"qcs": ["qcs::cam::uin/100000000001:uin/100000000002"]}}, []),
        ({"action": ["cos:GetObject", "cos:GetBucket"]}, ["cos:GetBucket", "cos:GetObject"]),
    ],
)
def test_policies_are_evaluated(parts, said):
    texts = list(exposure.of_policy(policy(**parts)))

    assert sorted(text.split(" do ")[1].split(" on ")[0] for text in texts) == said


def test_a_condition_is_named():
    (text,) = exposure.of_policy(policy(condition={"ip_equal": {"qcs:ip": ["203.0.113.0/24"]}}))

    assert text.endswith(", depending on qcs:ip")


def test_a_policy_that_is_none_is_told():
    assert list(exposure.of_policy("")) == []
    assert list(exposure.of_policy("{")) == [
        "the bucket policy cannot be read: document is not JSON: "
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"
    ]
