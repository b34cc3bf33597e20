"""The condition keys that every request answers, over real connections: policies decide by them."""

from __future__ import annotations

import json
import ssl
from http.client import HTTPConnection, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.networks import RECORDS, Networks
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.cos.model import Configuration
from gme_recording.localcloud.services.gme.model import Status
from gme_recording.localcloud.store import Store
from tests.localcloud.sdk import Sdk
from tests.localcloud.services.gme.world import World
from tests.localcloud.signing import cos

BUCKET = "rec-1250000000"
OBJECTS = "qcs::cos:ap-guangzhou:uid/1250000000:*/*.mp3"
AT_HOME, IN_THE_VPC = "127.0.0.1", "127.0.0.2"
VPC = "vpc-1a2b3c4d"


def signed(cloud: RunningCloud, method: str, path: str, query: str = "", **more: Any) -> Request:
    at = cloud.run(lambda inner: inner.clock.machine_now().timestamp())
    return cos(method, path, query, at=at, **more)


def send(connection: HTTPConnection, request: Request, target: str = "") -> int:
    """The status; `target` is what stands on the request line before the path."""
    query = f"?{request.query}" if request.query else ""
    headers = {"Host": request.host, "Authorization": request.headers["authorization"]}
    connection.request(request.method, f"{target}{request.path}{query}", request.body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def plainly(cloud: RunningCloud, request: Request, source: str = AT_HOME) -> int:
    """Without TLS and without the proxy's form that stands for it."""
    port = urlsplit(cloud.url).port
    return send(HTTPConnection("127.0.0.1", port, source_address=(source, 0)), request)


def by_proxy(cloud: RunningCloud, request: Request, source: str = AT_HOME) -> int:
    port = urlsplit(cloud.url).port
    connection = HTTPConnection("127.0.0.1", port, source_address=(source, 0))
    return send(connection, request, f"http://{request.host}")


def encrypted(cloud: RunningCloud, request: Request, version: ssl.TLSVersion) -> int:
    context = ssl.create_default_context(cafile=str(cloud.certificate))
    context.minimum_version = context.maximum_version = version
    connection = HTTPSConnection("127.0.0.1", urlsplit(cloud.url).port, context=context)
    connection.set_tunnel(request.host, 443)
    return send(connection, request)


def policy(effect: str, operator: str, key: str, value: object) -> bytes:
    statement = {
        "effect": effect,
        "principal": {"qcs": ["qcs::cam::anyone:anyone"]},
        "action": ["*"],
        "resource": [OBJECTS],
        "condition": {operator: {key: value}},
    }
    return json.dumps({"version": "2.0", "statement": [statement]}).encode()


@pytest.fixture
def cloud(local_cloud: RunningCloud) -> RunningCloud:
    """With a bucket, and one object in it."""
    for path in ("/", "/a.mp3"):
        assert by_proxy(local_cloud, signed(local_cloud, "PUT", path)) == 200
    return local_cloud


def deny(cloud: RunningCloud, operator: str, key: str, value: object) -> Request:
    """Put the policy; returns a request that it is about."""
    body = policy("deny", operator, key, value)
    assert by_proxy(cloud, signed(cloud, "PUT", "/", "policy", body=body)) == 200
    return signed(cloud, "GET", "/a.mp3")


def stand_in_the_vpc(cloud: RunningCloud) -> None:
    cloud.run(lambda inner: inner.networks.replace({f"{IN_THE_VPC}/32": VPC}))


def test_secure_transport_is_whether_tls_was_spoken_or_stood_for(cloud: RunningCloud) -> None:
    request = deny(cloud, "bool_equal", "cos:secure-transport", "false")
    assert plainly(cloud, request) == 403
    assert by_proxy(cloud, request) == encrypted(cloud, request, ssl.TLSVersion.TLSv1_2) == 200


def test_tls_version_is_the_one_that_was_spoken(cloud: RunningCloud) -> None:
    request = deny(cloud, "numeric_less_than", "cos:tls-version", "1.3")
    assert encrypted(cloud, request, ssl.TLSVersion.TLSv1_2) == 403
    assert encrypted(cloud, request, ssl.TLSVersion.TLSv1_3) == 200
    assert plainly(cloud, request) == by_proxy(cloud, request) == 200


def test_without_tls_there_is_no_version(cloud: RunningCloud) -> None:
    request = deny(cloud, "null_equal", "cos:tls-version", "true")
    assert by_proxy(cloud, request) == 403
    assert encrypted(cloud, request, ssl.TLSVersion.TLSv1_3) == 200


def test_ip_is_the_address_that_the_client_comes_from(cloud: RunningCloud) -> None:
    request = deny(cloud, "ip_not_equal", "qcs:ip", [f"{AT_HOME}/32"])
    assert by_proxy(cloud, request, IN_THE_VPC) == 403
    assert by_proxy(cloud, request) == 200


@pytest.mark.parametrize("key", ["qcs:vpc", "vpc:requester_vpc"])
def test_vpc_is_that_of_the_client_s_network(cloud: RunningCloud, key: str) -> None:
    stand_in_the_vpc(cloud)
    request = deny(cloud, "string_not_equal", key, VPC)
    assert by_proxy(cloud, request, IN_THE_VPC) == 200
    assert by_proxy(cloud, request) == 403


def test_an_operator_with_if_exist_binds_only_who_has_the_key(cloud: RunningCloud) -> None:
    stand_in_the_vpc(cloud)
    request = deny(cloud, "string_equal_if_exist", "qcs:vpc", VPC)
    assert by_proxy(cloud, request, IN_THE_VPC) == 403
    assert by_proxy(cloud, request) == 403
    request = deny(cloud, "string_equal", "qcs:vpc", VPC)
    assert by_proxy(cloud, request) == 200


def test_a_policy_of_cam_asks_for_the_same_keys(cloud: RunningCloud) -> None:
    stand_in_the_vpc(cloud)
    cam = Sdk(cloud, "cam")
    ann = cam("AddUser", Name="ann", UseApi=1)
    allow = {
        "effect": "allow",
        "action": "cos:GetObject",
        "resource": "*",
        "condition": {"string_equal": {"vpc:requester_vpc": [VPC]}},
    }
    document = json.dumps({"version": "2.0", "statement": [allow]})
    policy_id = cam("CreatePolicy", PolicyName="p", PolicyDocument=document)["PolicyId"]
    cam("AttachUserPolicy", AttachUin=ann["Uin"], PolicyId=policy_id)
    request = signed(cloud, "GET", "/a.mp3", secret=(ann["SecretId"], ann["SecretKey"]))
    assert by_proxy(cloud, request, IN_THE_VPC) == 200
    assert by_proxy(cloud, request) == 403


def test_a_recording_comes_from_none_of_the_customer_s_networks() -> None:
    world = World(processing_seconds=0.2)
    world.cloud.networks.replace({"0.0.0.0/0": VPC})
    text = policy("deny", "string_not_equal", "qcs:vpc", VPC).decode()
    world.store.put(Configuration(world.app.bucket, "policy", text))
    world.join("7")
    task_id = world.start()
    world.stop(task_id)
    world.wait(seconds=1)
    assert world.files(task_id)[0].status is Status.UPLOADING


def test_the_narrowest_range_counts() -> None:
    networks = Networks(Store(":memory:", RECORDS))
    networks.replace({"127.0.0.0/8": "vpc-wide", "127.0.0.2/32": "vpc-one", "fd00::/8": "vpc-six"})
    found = [networks.vpc_of(client) for client in ("127.0.0.1", "127.0.0.2", "fd00::1", "10.0.0.1")]
    assert found == ["vpc-wide", "vpc-one", "vpc-six", ""]


def test_networks_are_set_and_shown_and_go_with_a_reset() -> None:
    world = World(ready=False)
    wanted = {"127.0.0.2/32": VPC}
    for networks in ({"10.0.0.0/8": "vpc-old"}, wanted):
        assert world.web("POST", "/admin/networks", {"networks": networks}).status == 200
    assert json.loads(world.web("GET", "/admin/networks").body) == wanted
    world.cloud.reset()
    assert json.loads(world.web("GET", "/admin/networks").body) == {}


@pytest.mark.parametrize(
    "networks",
    [{"everywhere": VPC}, {"127.0.0.2/8": VPC}, {"127.0.0.2/32": 7}, {"127.0.0.2/32": "office"}],
)
def test_what_is_no_network_is_refused_and_changes_nothing(networks: dict[str, object]) -> None:
    world = World(ready=False)
    world.cloud.networks.replace({"127.0.0.2/32": VPC})
    refused = world.web("POST", "/admin/networks", {"networks": networks})
    assert (refused.status, json.loads(refused.body)["error"]) == (400, "InvalidValue")
    assert world.cloud.networks.every() == {"127.0.0.2/32": VPC}
