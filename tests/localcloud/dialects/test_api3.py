import json
import time

import pytest

from gme_recording.localcloud.assemble import local_cloud
from gme_recording.localcloud.identity import Key, Kind
from gme_recording.localcloud.messages import Request
from tests.localcloud.signing import api3, ask


@pytest.fixture
def cloud():
    cloud = local_cloud(None)
    yield cloud
    cloud.close()


def code(answer: dict[str, dict[str, str]]) -> str:
    return answer["Error"]["Code"]


def test_an_answer_carries_a_request_id_of_its_own(cloud):
    first, second = (ask(cloud, "cam", "GetUserAppId") for _ in range(2))
    assert first.pop("RequestId") != second.pop("RequestId")
    assert first == second == {"AppId": 1250000000, "Uin": "100000000001", "OwnerUin": "100000000001"}


def test_an_error_is_answered_with_200(cloud):
    response = cloud.handle(api3("cam", "GetRole", {"RoleName": "nobody"}, at=time.time()))
    assert (response.status, dict(response.headers)["Content-Type"]) == (200, "application/json")
    answer = json.loads(response.body)["Response"]
    assert answer["Error"] == {
        "Code": "InvalidParameter.RoleNotExist",
        "Message": "The role does not exist.",
    }
    assert answer["RequestId"]


@pytest.mark.parametrize(
    ("action", "headers", "expected"),
    [
        ("MakeCoffee", {}, "InvalidAction"),
        ("", {}, "MissingParameter"),
        ("GetUserAppId", {"x-tc-version": "2017-03-12"}, "NoSuchVersion"),
        ("GetUserAppId", {"x-tc-version": ""}, "MissingParameter"),
        ("GetUserAppId", {"content-type": "text/plain"}, "UnsupportedProtocol"),
    ],
)
def test_what_is_asked_must_exist(cloud, action, headers, expected):
    assert code(ask(cloud, "cam", action, headers=headers)) == expected


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_object_is_refused(cloud, body):
    assert code(ask(cloud, "cam", "GetUserAppId", body)) == "InvalidRequest"


def test_half_of_a_surrogate_pair_is_refused_wherever_it_stands(cloud):
    assert code(ask(cloud, "cam", "GetUserAppId", rb'{"\ud800": 1}')) == "UnknownParameter"
    assert code(ask(cloud, "cam", "GetUser", rb'{"Name": "\ud800"}')) == "InvalidParameter"


def test_an_empty_body_is_an_empty_object(cloud):
    assert "Error" not in ask(cloud, "cam", "GetUserAppId", b"")


def test_a_get_carries_its_parameters_in_the_query(cloud):
    form = {"content-type": "application/x-www-form-urlencoded"}
    query = "FilterSubAccountUin.0=100000000100"
    answer = ask(cloud, "cam", "DescribeSubAccounts", method="GET", query=query, headers=form)
    assert answer["SubAccounts"] == []
    answer = ask(cloud, "cam", "DescribeSubAccounts", method="GET", query="a=1&a.b=2", headers=form)
    assert code(answer) == "InvalidParameter"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"secret": ("AKIDnobody", "x")}, "AuthFailure.SecretIdNotFound"),
        ({"secret": ("AKIDlocalMainAccount00000000000000000", "x")}, "AuthFailure.SignatureFailure"),
        ({"headers": {"x-tc-token": "x"}}, "AuthFailure.TokenFailure"),
        ({"headers": {"x-tc-timestamp": "1000000000"}}, "AuthFailure.SignatureExpire"),
    ],
)
def test_a_signature_that_fails_has_the_vendors_code(cloud, options, expected):
    assert code(ask(cloud, "cam", "GetUserAppId", **options)) == expected


def test_an_unsigned_request_is_refused(cloud):
    headers = {"host": "cam.tencentcloudapi.com", "x-tc-action": "GetRole", "x-tc-version": "2019-01-16"}
    response = cloud.handle(Request("POST", "cam.tencentcloudapi.com", "/", "", headers, b"{}"))
    assert code(json.loads(response.body)["Response"]) == "AuthFailure.InvalidAuthorization"


def test_a_caller_without_policies_is_denied(cloud):
    cloud.store.add(Key("AKIDlocalx", "x", Kind.USER, "100000000001", "1250000000", uin="100000000100"))
    denied = ask(cloud, "cam", "ListUsers", secret=("AKIDlocalx", "x"))
    assert code(denied) == "UnauthorizedOperation"
    assert "cam:ListUsers" in denied["Error"]["Message"]


def test_more_than_twenty_calls_a_second_are_too_many(cloud):
    answers = [ask(cloud, "cam", "ListUsers") for _ in range(21)]
    assert [code(answer) for answer in answers if "Error" in answer] == ["RequestLimitExceeded"]
    assert "Error" not in ask(cloud, "cam", "GetUserAppId")


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("cam.tencentcloudapi.com", True),
        ("cam.intl.tencentcloudapi.com", True),
        ("cam.ap-guangzhou.tencentcloudapi.com", True),
        ("cvm.tencentcloudapi.com", False),
        ("cam.tencentcloudapi.com.example.com", False),
        ("cam.eviltencentcloudapi.com", False),
        ("camtencentcloudapi.com", False),
    ],
)
def test_a_service_answers_at_the_vendors_hosts(cloud, host, served):
    response = cloud.handle(Request("POST", host, "/"))
    assert response.status == (200 if served else 502)
