"""The stand-in against the local cloud: what is created, found, changed and deleted for real."""

from __future__ import annotations

import pytest

from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT, CloudKind
from gme_recording.api.endpoints import Cloud
from providers.tencentcloud.cam import service_linked_role
from providers.tencentcloud.clients import Cos
from providers.tencentcloud.cos import bucket
from tests.providers.tencentcloud.stack import Stack
from tests.providers.wire import Json, Refused

BUCKET = "tencentcloud:Cos/bucket:Bucket"
BUCKET_POLICY = "tencentcloud:Cos/bucketPolicy:BucketPolicy"
ROLE = "tencentcloud:Cam/serviceLinkedRole:ServiceLinkedRole"
POLICY = "tencentcloud:Cam/policy:Policy"
CUSTOM_ROLE = "tencentcloud:Cam/role:Role"
REFERER = "tencentcloud:Cos/bucketReferer:BucketReferer"
NAME = "voice-1250000000"
TLS_ONLY = (
    '{"version": "2.0", "statement": [{"effect": "deny", "principal": {"qcs": ["qcs::cam::anyone:anyone"]}, '
    '"action": ["name/cos:*"], "resource": ["qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/*"], '
    '"condition": {"bool_equal": {"cos:secure-transport": "false"}}}]}'
)
READER = (
    '{"version": "2.0", "statement": [{"effect": "allow", "action": ["name/cos:GetObject"], '
    '"resource": ["qcs::cos:ap-guangzhou:uid/1250000000:voice-1250000000/*"]}]}'
)
TRUST = (
    '{"version": "2.0", "statement": [{"effect": "allow", "action": ["name/sts:AssumeRole"], '
    '"principal": {"service": ["scf.qcloud.com"]}}]}'
)
EVERYTHING: list[tuple[str, Json]] = [
    (
        BUCKET,
        {
            "bucket": NAME,
            "acl": "private",
            "encryptionAlgorithm": "AES256",
            "versioningEnable": True,
            "forceClean": True,
            "tags": {"environment": "local", "team": "语音"},
            "corsRules": [
                {"allowedOrigins": ["https://a.example"], "allowedMethods": ["GET"], "allowedHeaders": ["*"]}
            ],
            "lifecycleRules": [
                {
                    "id": "keep",
                    "filterPrefix": "",
                    "expiration": {"days": 180},
                    "transitions": [
                        {"days": 30, "storageClass": "STANDARD_IA"},
                        {"days": 90, "storageClass": "ARCHIVE"},
                    ],
                },
                {
                    "id": "uploads",
                    "filterPrefix": "",
                    "abortIncompleteMultipartUpload": {"daysAfterInitiation": 1},
                },
                {"id": "old", "filterPrefix": "a/", "nonCurrentExpiration": {"nonCurrentDays": 7}},
            ],
        },
    ),
    (BUCKET_POLICY, {"bucket": NAME, "policy": TLS_ONLY}),
    (ROLE, {"qcsServiceNames": ["gamemedia.gme.cloud.tencent.com"], "description": "recordings"}),
    (POLICY, {"name": "voice-reader", "document": READER, "description": "reads recordings"}),
    (
        CUSTOM_ROLE,
        {
            "name": "voice-worker",
            "document": TRUST,
            "description": "fetches recordings",
            "sessionDuration": 3600,
            "tags": {"team": "语音"},
        },
    ),
    (
        REFERER,
        {
            "bucket": NAME,
            "status": "Enabled",
            "refererType": "White-List",
            "domainLists": ["b.example.com", "a.example.com"],
            "emptyReferConfiguration": "Allow",
        },
    ),
]


def test_a_whole_environment_lives_and_is_gone(stack: Stack) -> None:
    made = [(token, news, stack.create(token, news)) for token, news in EVERYTHING]
    for token, news, it in made:
        found = stack.read(token, it, news)
        assert found["inputs"]["__defaults"] == stack.inputs(token, news)["__defaults"]
        assert stack.diff(token, it, news)["changes"] == "DIFF_NONE"
        assert stack.diff(token, found, news)["changes"] == "DIFF_NONE"
    for token, _, it in reversed(made):
        stack.delete(token, it)
    for token, news, it in made:
        assert "id" not in stack.read(token, it, news)


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"tags": {"environment": "prod"}}, {"tags.environment", "tags.team"}),
        ({"encryptionAlgorithm": None}, {"encryptionAlgorithm"}),
        ({"acl": "public-read"}, {"acl"}),
        ({"versioningEnable": False}, {"versioningEnable"}),
        ({"lifecycleRules": None}, {"lifecycleRules"}),
        ({"corsRules": None}, {"corsRules"}),
        ({"accelerationEnable": True}, {"accelerationEnable"}),
        (
            {"lifecycleRules": [{"id": "keep", "filterPrefix": "", "expiration": {"days": 90}}]},
            {"lifecycleRules[0].expiration.days", "lifecycleRules[0].transitions"}
            | {"lifecycleRules[1]", "lifecycleRules[2]"},
        ),
    ],
)
def test_every_setting_of_a_bucket_can_be_changed_and_taken_back(
    stack: Stack, change: Json, paths: set[str]
) -> None:
    news = EVERYTHING[0][1]
    changed = {name: value for name, value in (news | change).items() if value is not None}
    made = stack.create(BUCKET, news)
    assert set(stack.diff(BUCKET, made, changed)["detailedDiff"]) == paths
    updated = stack.update(BUCKET, made, changed)
    assert stack.diff(BUCKET, updated, changed)["changes"] == "DIFF_NONE"
    assert stack.diff(BUCKET, stack.read(BUCKET, updated, changed), changed)["changes"] == "DIFF_NONE"
    back = stack.update(BUCKET, updated, news)
    assert stack.diff(BUCKET, stack.read(BUCKET, back, news), news)["changes"] == "DIFF_NONE"


@pytest.mark.parametrize(
    ("token", "change"),
    [
        (BUCKET_POLICY, {"policy": TLS_ONLY.replace("name/cos:*", "name/cos:GetObject")}),
        (ROLE, {"description": "other"}),
        (ROLE, {"tags": {"team": "audio"}}),
        (POLICY, {"description": None}),
        (POLICY, {"document": READER.replace("GetObject", "HeadObject")}),
        (CUSTOM_ROLE, {"description": None}),
        (CUSTOM_ROLE, {"document": TRUST.replace("scf", "cvm")}),
        (CUSTOM_ROLE, {"sessionDuration": 7200}),
        (CUSTOM_ROLE, {"consoleLogin": True}),
        (CUSTOM_ROLE, {"tags": None}),
        (REFERER, {"domainLists": ["a.example.com", "c.example.com"]}),
        (REFERER, {"refererType": "Black-List"}),
        (REFERER, {"status": "Disabled"}),
        (REFERER, {"emptyReferConfiguration": "Deny"}),
    ],
    ids=lambda value: value.rpartition(":")[2] if isinstance(value, str) else next(iter(value)),
)
def test_every_property_can_be_changed_alone_and_taken_back(stack: Stack, token: str, change: Json) -> None:
    if token in (BUCKET_POLICY, REFERER):
        stack.create(BUCKET, {"bucket": NAME})
    news = dict(EVERYTHING)[token]
    changed = {name: value for name, value in (news | change).items() if value is not None}
    made = stack.create(token, news)
    assert stack.diff(token, made, changed)["diffs"] == list(change)
    drifted = stack.update(token, made, changed)
    assert stack.diff(token, stack.read(token, drifted, changed), changed)["changes"] == "DIFF_NONE"
    # with the state from before it is what somebody else has changed, and it can be repaired
    found = stack.read(token, made, news)
    assert stack.diff(token, found, news)["diffs"] == list(change)
    repaired = stack.update(token, found, news)
    assert stack.diff(token, stack.read(token, repaired, news), news)["changes"] == "DIFF_NONE"


def test_intelligent_tiering_is_switched_on_for_good(stack: Stack) -> None:
    made = stack.create(BUCKET, {"bucket": NAME})
    tiered = {
        "bucket": NAME,
        "enableIntelligentTiering": True,
        "intelligentTieringDays": 30,
        "intelligentTieringRequestFrequent": 1,
    }
    on = stack.update(BUCKET, made, tiered)
    longer = stack.update(BUCKET, on, tiered | {"intelligentTieringDays": 60})
    assert stack.read(BUCKET, longer, tiered)["properties"]["intelligentTieringDays"] == 60
    with pytest.raises(Refused, match="cannot be switched off again"):
        stack.update(BUCKET, longer, tiered | {"enableIntelligentTiering": False})
    assert stack.diff(BUCKET, longer, {"bucket": NAME})["changes"] == "DIFF_NONE", (
        "leaving it out is no change"
    )


def test_the_access_log_is_switched_on_and_off(stack: Stack) -> None:
    stack.create(BUCKET, {"bucket": "log-1250000000"})
    plain = {"bucket": NAME}
    logged = plain | {"logEnable": True, "logTargetBucket": "log-1250000000", "logPrefix": "voice/"}
    made = stack.create(BUCKET, plain)
    on = stack.update(BUCKET, made, logged)
    assert (on["properties"]["logTargetBucket"], on["properties"]["logPrefix"]) == (
        "log-1250000000",
        "voice/",
    )
    off = stack.update(BUCKET, on, plain)
    assert off["properties"]["logEnable"] is False
    assert off["properties"]["logTargetBucket"] == ""


def test_a_refused_part_leaves_a_bucket_that_the_next_update_completes(stack: Stack) -> None:
    rule = {"id": "r", "filterPrefix": "", "transitions": [{"days": 30, "storageClass": "GLACIER"}]}
    news = {"bucket": NAME, "tags": {"a": "b"}, "lifecycleRules": [rule], "encryptionAlgorithm": "AES256"}
    with pytest.raises(Refused) as refused:
        stack.create(BUCKET, news)
    half = refused.value.half_made
    assert half is not None
    assert half["id"] == NAME
    assert half["reasons"] == [refused.value.text]
    assert half["inputs"]["lifecycleRules"][0]["transitions"][0]["storageClass"] == "GLACIER"
    good = news | {"lifecycleRules": [{"id": "r", "filterPrefix": "", "expiration": {"days": 30}}]}
    made = {"id": half["id"], "properties": half["properties"]}
    diff = stack.diff(BUCKET, made, good)
    assert diff.get("replaces") is None
    assert {"lifecycleRules", "encryptionAlgorithm", "tags"} <= set(diff["diffs"])
    whole = stack.update(BUCKET, made, good)
    assert stack.diff(BUCKET, stack.read(BUCKET, whole, good), good)["changes"] == "DIFF_NONE"


def test_a_refused_update_is_not_taken_for_done(stack: Stack) -> None:
    made = stack.create(BUCKET, {"bucket": NAME, "tags": {"a": "b"}})
    rule = {"id": "r", "filterPrefix": "", "transitions": [{"days": 30, "storageClass": "GLACIER"}]}
    with pytest.raises(Refused) as refused:
        stack.update(BUCKET, made, {"bucket": NAME, "tags": {"a": "b"}, "lifecycleRules": [rule]})
    assert refused.value.half_made is None, "with details, the engine would record new state"
    assert refused.value.text.count("\n") <= 1


def test_what_a_refused_update_did_can_be_taken_back(stack: Stack) -> None:
    news = {"bucket": NAME, "acl": "private"}
    made = stack.create(BUCKET, news)
    rule = {"id": "r", "filterPrefix": "", "transitions": [{"days": 30, "storageClass": "GLACIER"}]}
    with pytest.raises(Refused) as refused:
        stack.update(BUCKET, made, {"bucket": NAME, "acl": "public-read", "lifecycleRules": [rule]})
    left = refused.value.half_made
    assert left is not None
    assert left["properties"]["acl"] == "public-read"
    assert stack.diff(BUCKET, left, news)["detailedDiff"] == {"acl": {"kind": "UPDATE"}}
    back = stack.update(BUCKET, left, news)
    assert back["properties"]["acl"] == "private"


def test_a_bucket_with_objects_is_deleted_only_where_that_was_declared(stack: Stack) -> None:
    cos = _cos()
    made = stack.create(BUCKET, {"bucket": NAME, "versioningEnable": True})
    for key in ("a.mp3", "b c+d&语音.mp3"):
        cos.call("put_object", NAME, Key=key, Body=b"1")
        cos.call("put_object", NAME, Key=key, Body=b"2")
    cos.call("delete_object", NAME, Key="a.mp3")
    with pytest.raises(Refused, match="BucketNotEmpty"):
        stack.delete(BUCKET, made)
    forced = stack.update(BUCKET, made, {"bucket": NAME, "versioningEnable": True, "forceClean": True})
    stack.delete(BUCKET, forced)
    assert "id" not in stack.read(BUCKET, forced, {"bucket": NAME})


def _cos() -> Cos:
    url = Cloud.connect(CloudKind.LOCAL, "ap-guangzhou").url
    return Cos(Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, url))


def test_deleting_twice_is_done(stack: Stack) -> None:
    made = [(token, stack.create(token, news)) for token, news in EVERYTHING]
    for token, it in reversed(made):
        stack.delete(token, it)
        stack.delete(token, it)


def test_a_name_in_use_is_refused_with_the_request_and_what_to_do(stack: Stack) -> None:
    stack.create(ROLE, EVERYTHING[2][1])
    with pytest.raises(Refused) as refused:
        stack.create(ROLE, EVERYTHING[2][1])
    assert "InvalidParameter.RoleNameInUse, request " in refused.value.text
    assert "hint: the role exists: declare access.grant: existing" in refused.value.text


def test_import_reads_inputs_that_change_nothing(stack: Stack) -> None:
    for token, news in EVERYTHING:
        made = stack.create(token, news)
        found = stack.wire.call("Read", {"urn": stack.urn(token), "id": made["id"]})
        inputs = stack.inputs(token, found["inputs"], found["inputs"])
        request = {"urn": stack.urn(token), "id": made["id"], "olds": found["properties"], "news": inputs}
        changes = stack.wire.call("Diff", request)
        assert changes["changes"] == "DIFF_NONE", (token, changes)


def test_whose_account_it_is(stack: Stack) -> None:
    answer = stack.wire.call("Invoke", {"tok": "tencentcloud:User/getInfo:getInfo", "args": {}})
    assert answer["return"] == {
        "id": "user-100000000001-1250000000",
        "appId": "1250000000",
        "uin": "100000000001",
        "ownerUin": "100000000001",
        "name": "",
    }


def test_what_is_not_served_is_named(stack: Stack) -> None:
    news = {"bucket": NAME, "website": {"indexDocument": "index.html"}, "multiAz": True}
    failures = stack.wire.call("Check", {"urn": stack.urn(BUCKET), "news": news})["failures"]
    assert sorted(each["reason"].rpartition("'it.")[2] for each in failures) == ["multiAz'.", "website'."]
    with pytest.raises(Refused, match="has no resource type tencentcloud:Cam/user:User"):
        stack.wire.call("Check", {"urn": stack.urn("tencentcloud:Cam/user:User")})
    with pytest.raises(Refused, match="has no function"):
        stack.wire.call("Invoke", {"tok": "tencentcloud:Cos/getBuckets:getBuckets", "args": {}})


def test_more_objects_than_a_page_are_deleted_with_their_bucket(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "BATCH", 2)
    made = stack.create(BUCKET, {"bucket": NAME, "forceClean": True})
    for number in range(5):
        _cos().call("put_object", NAME, Key=f"{number}.mp3", Body=b"1")
    stack.delete(BUCKET, made)
    assert "id" not in stack.read(BUCKET, made, {"bucket": NAME})


def test_waiting_for_a_role_s_deletion_ends(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    made = stack.create(ROLE, EVERYTHING[2][1])
    monkeypatch.setattr(service_linked_role, "DELETION_SECONDS", 0.0)
    with pytest.raises(Refused, match="CAM is still deleting the role"):
        stack.delete(ROLE, made)
