"""Faults: which calls a rule strikes (pure), what becomes of them, and that the vendor's clients see it."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosClientError, CosServiceError
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from urllib3.exceptions import ProtocolError

from gme_recording.localcloud import assemble
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.faults import RECORDS, Effect, Fault, Faults, chance
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.store import Store
from tests.localcloud.sdk import Sdk
from tests.localcloud.signing import ask

BUCKET = "rec-1250000000"
USER = "qcs::cam::uin/100000000001:uin/100000000101"
POLICY = '{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}'
TRUST = (
    '{"version": "2.0", "statement": [{"effect": "allow", "action": "name/sts:AssumeRole",'
    ' "principal": {"service": ["gme.cloud.tencent.com"]}}]}'
)


def strikes(fault: Fault, calls: int) -> list[int]:
    """Numbers of the calls that it strikes, when it matches them all."""
    found = []
    for number in range(1, calls + 1):
        before, fault = fault, fault.after_a_call()
        if fault.struck > before.struck:
            found.append(number)
    return found


@given(st.integers(-(2**31), 2**31), st.floats(0, 1))
def test_the_same_seed_strikes_the_same_calls(seed: int, probability: float) -> None:
    fault = Fault(effect=Effect.BROKEN, seed=seed, probability=probability)
    assert strikes(fault, 50) == strikes(fault, 50)


def test_a_probability_is_kept_over_many_calls_and_seeds_differ() -> None:
    runs = [strikes(Fault(effect=Effect.BROKEN, seed=seed, probability=0.3), 2000) for seed in range(5)]
    assert all(520 < len(run) < 680 for run in runs)
    assert len({tuple(run) for run in runs}) == 5


@given(st.integers(), st.integers(0, 10**6))
def test_chances_lie_from_0_up_to_1(seed: int, number: int) -> None:
    assert 0 <= chance(seed, number) < 1


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"nth": 3}, [3]),
        ({"times": 2}, [1, 2]),
        ({"nth": 2, "times": 1}, [2]),
        ({"probability": 0.0}, []),
    ],
)
def test_a_rule_strikes_every_call_or_the_nth_or_a_few(rule: dict[str, Any], struck: list[int]) -> None:
    assert strikes(Fault(effect=Effect.RESET, **rule), 5) == struck


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"service": "cos"}, False),
        ({"service": "ca?", "action": "Get*"}, True),
        ({"action": "Create*"}, False),
        ({"resource": "*role/7"}, True),
        ({"resource": "*role/8"}, False),
        ({"principal": "*:uin/*"}, True),
        ({"principal": "*:roleName/*"}, False),
    ],
)
def test_a_rule_is_about_calls_callers_and_resources(rule: dict[str, Any], expected: bool) -> None:
    fault = Fault(effect=Effect.BROKEN, **rule)
    assert fault.is_about("cam", "GetRole", USER, lambda: ["qcs::cam::uin/1:role/7"]) is expected


def test_only_reads_can_miss_what_is_new() -> None:
    fault = Fault(effect=Effect.UNSEEN, seconds=1)
    assert fault.is_about("cam", "ListPolicies", USER, tuple)
    assert not fault.is_about("cam", "CreatePolicy", USER, tuple)


def test_rules_and_their_counts_survive_a_restart(tmp_path: Any) -> None:
    store = Store(tmp_path / "state", RECORDS)
    faults = Faults(store)
    faults.add(Fault(effect=Effect.BROKEN, nth=2))
    assert faults.strike("cam", "GetRole", USER, tuple) is None
    store.close()
    store = Store(tmp_path / "state", RECORDS)
    assert Faults(store).strike("cam", "GetRole", USER, tuple) == Fault(
        fault_id=1, effect=Effect.BROKEN, nth=2, matched=2, struck=1
    )
    store.close()


def test_the_oldest_rule_that_strikes_decides_and_all_count() -> None:
    store = Store(":memory:", RECORDS)
    faults = Faults(store)
    for effect in (Effect.THROTTLED, Effect.BROKEN):
        faults.add(Fault(effect=effect, times=1))
    struck = faults.strike("cam", "GetRole", USER, tuple)
    assert struck is not None
    assert struck.effect is Effect.THROTTLED
    assert [(rule.matched, rule.struck) for rule in faults.every()] == [(1, 1), (1, 1)]
    store.close()


# In a cloud, without sockets


@pytest.fixture
def cloud() -> Any:
    cloud = assemble.local_cloud(None)
    yield cloud
    cloud.close()


def code(cloud: Cloud, action: str, **parameters: Any) -> str:
    return str(ask(cloud, "cam", action, parameters).get("Error", {}).get("Code", ""))


def test_a_fault_needs_no_exception_in_the_rest(cloud: Cloud) -> None:
    cloud.faults.add(Fault(effect=Effect.ERROR, action="ListUsers", code="InternalError.SystemError"))
    assert code(cloud, "ListUsers") == "InternalError.SystemError"
    assert code(cloud, "ListPolicies") == ""


def test_a_call_that_is_not_authenticated_is_not_counted(cloud: Cloud) -> None:
    cloud.faults.add(Fault(effect=Effect.THROTTLED))
    refused = ask(cloud, "cam", "ListUsers", secret=("AKIDlocalNobody", "x"))
    assert refused["Error"]["Code"] == "AuthFailure.SecretIdNotFound"
    assert [rule.matched for rule in cloud.faults.every()] == [0]


def test_what_is_refused_by_a_fault_is_not_performed(cloud: Cloud) -> None:
    for effect in (Effect.ERROR, Effect.THROTTLED):
        cloud.faults.clear()
        cloud.faults.add(Fault(effect=effect, action="AddUser", times=1, code="InternalError"))
        assert code(cloud, "AddUser", Name="ann")
        assert ask(cloud, "cam", "ListUsers")["Data"] == []


def test_a_rule_about_a_resource_strikes_that_one_only(cloud: Cloud) -> None:
    for name in ("ann", "bob"):
        ask(cloud, "cam", "AddUser", {"Name": name})
    uin = ask(cloud, "cam", "GetUser", {"Name": "bob"})["Uin"]
    cloud.faults.add(Fault(effect=Effect.ERROR, resource=f"*:uin/{uin}", code="InternalError"))
    assert code(cloud, "GetUser", Name="ann") == ""
    assert code(cloud, "GetUser", Name="bob") == "InternalError"
    assert code(cloud, "GetUser", Nonsense=1) == "UnknownParameter"


def test_what_is_new_is_seen_late_by_reads_and_at_once_by_writes(cloud: Cloud) -> None:
    cloud.faults.add(Fault(effect=Effect.UNSEEN, service="cam", seconds=60))
    role = ask(cloud, "cam", "CreateRole", {"RoleName": "r", "PolicyDocument": TRUST})["RoleId"]
    policy = ask(cloud, "cam", "CreatePolicy", {"PolicyName": "p", "PolicyDocument": POLICY})["PolicyId"]
    assert code(cloud, "AttachRolePolicy", AttachRoleId=role, PolicyId=policy) == ""
    assert code(cloud, "GetRole", RoleId=role) == "InvalidParameter.RoleNotExist"
    assert code(cloud, "GetPolicy", PolicyId=policy) == "ResourceNotFound.PolicyIdNotFound"
    assert ask(cloud, "cam", "DescribeRoleList", {"Page": 1, "Rp": 20})["List"] == []
    assert code(cloud, "CreateRole", RoleName="r", PolicyDocument=TRUST) == "InvalidParameter.RoleNameInUse"
    cloud.clock.advance(timedelta(seconds=61))
    assert code(cloud, "GetRole", RoleId=role) == ""
    attached = ask(cloud, "cam", "ListAttachedRolePolicies", {"RoleId": role, "Page": 1, "Rp": 20})
    assert [one["PolicyId"] for one in attached["List"]] == [policy]


def test_the_request_log_names_the_fault(cloud: Cloud) -> None:
    cloud.faults.add(Fault(effect=Effect.THROTTLED, times=1))
    ask(cloud, "cam", "ListUsers")
    ask(cloud, "cam", "ListUsers")
    assert [(seen.code, seen.fault) for seen in cloud.seen] == [("RequestLimitExceeded", 1), ("", 0)]


def test_a_reset_cloud_has_no_faults(cloud: Cloud) -> None:
    cloud.faults.add(Fault(effect=Effect.BROKEN))
    cloud.reset()
    assert cloud.faults.every() == ()


# Over the wire, with the vendor's clients


def cos(local_cloud: RunningCloud) -> CosS3Client:
    config = CosConfig(
        Region="ap-guangzhou",
        SecretId=local_cloud.secret_id,
        SecretKey=local_cloud.secret_key,
        Scheme="http",
        Proxies={"http": local_cloud.url},
        Timeout=10,
        AutoSwitchDomainOnRetry=False,
    )
    return CosS3Client(config, retry=0)


def test_the_vendors_client_raises_the_code_that_was_asked_for(local_cloud: RunningCloud) -> None:
    local_cloud.faults.add(
        Fault(effect=Effect.ERROR, service="cam", action="GetRole", code="ResourceNotFound.NotFound")
    )
    with pytest.raises(TencentCloudSDKException) as caught:
        Sdk(local_cloud, "cam")("GetRole", RoleName="x")
    assert caught.value.get_code() == "ResourceNotFound.NotFound"


def test_cos_gets_its_own_words_for_too_many_calls_and_500(local_cloud: RunningCloud) -> None:
    client = cos(local_cloud)
    client.create_bucket(Bucket=BUCKET)
    for effect, status, expected in (
        (Effect.THROTTLED, 503, "SlowDown"),
        (Effect.BROKEN, 500, "InternalError"),
    ):
        local_cloud.faults.clear()
        local_cloud.faults.add(Fault(effect=effect, service="cos", resource=f"*{BUCKET}/*"))
        with pytest.raises(CosServiceError) as caught:
            client.list_objects(Bucket=BUCKET)
        assert (caught.value.get_status_code(), caught.value.get_error_code()) == (status, expected)


def test_http_500_is_one_where_the_vendor_always_answers_200(local_cloud: RunningCloud) -> None:
    local_cloud.faults.add(Fault(effect=Effect.BROKEN, service="cam"))
    with pytest.raises(TencentCloudSDKException) as caught:
        Sdk(local_cloud, "cam")("ListUsers")
    assert caught.value.get_code() == "ServerNetworkError"


def test_latency_holds_up_nobody_else(local_cloud: RunningCloud) -> None:
    local_cloud.faults.add(Fault(effect=Effect.LATENCY, service="cam", action="ListUsers", seconds=0.6))
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        slow = pool.submit(Sdk(local_cloud, "cam"), "ListUsers")
        Sdk(local_cloud, "sts")("GetCallerIdentity")
        quick = time.monotonic() - started
        assert slow.result() == {"Data": []}
        assert quick < 0.6 <= time.monotonic() - started


def test_a_reset_connection_has_done_nothing(local_cloud: RunningCloud) -> None:
    client = cos(local_cloud)
    client.create_bucket(Bucket=BUCKET)
    local_cloud.faults.add(Fault(effect=Effect.RESET, service="cos", action="PutObject", times=1))
    with pytest.raises(CosClientError, match="reset"):
        client.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    assert not client.object_exists(Bucket=BUCKET, Key="a")


def test_a_truncated_answer_is_noticed_and_the_call_was_performed(local_cloud: RunningCloud) -> None:
    client = cos(local_cloud)
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="a", Body=b"x" * 10_000)
    local_cloud.faults.add(Fault(effect=Effect.TRUNCATED, service="cos", action="GetObject"))
    stream = client.get_object(Bucket=BUCKET, Key="a")["Body"].get_raw_stream()
    with closing(stream), pytest.raises(ProtocolError, match="5000 bytes read, 5000 more expected"):
        list(iter(partial(stream.read, 4096), b""))
    local_cloud.faults.add(Fault(effect=Effect.TRUNCATED, service="cos", action="PutObject"))
    with pytest.raises(CosClientError):
        client.put_object(Bucket=BUCKET, Key="b", Body=b"x")
    assert client.object_exists(Bucket=BUCKET, Key="b")


def test_a_new_bucket_is_seen_late(local_cloud: RunningCloud) -> None:
    client = cos(local_cloud)
    local_cloud.faults.add(Fault(effect=Effect.UNSEEN, service="cos", action="HeadBucket", seconds=30))
    client.create_bucket(Bucket=BUCKET)
    assert not client.bucket_exists(Bucket=BUCKET)
    local_cloud.run(lambda cloud: cloud.clock.advance(timedelta(seconds=31)))
    assert client.bucket_exists(Bucket=BUCKET)


def test_a_test_begins_without_faults(local_cloud: RunningCloud) -> None:
    assert local_cloud.faults.every() == ()
    added = local_cloud.faults.add(Fault(effect=Effect.BROKEN))
    assert local_cloud.faults.every() == (replace(added, fault_id=1),)
    local_cloud.faults.clear()
    assert local_cloud.faults.every() == ()
    assert json.dumps(added.effect) == '"broken"'
