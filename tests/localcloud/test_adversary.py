"""Clients that mean no good: nothing that they send crashes the cloud, or shows or changes what belongs to
somebody else. What they send at random is in `test_fuzz`.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from gme_recording.localcloud import assemble
from gme_recording.localcloud.access.match import matches
from gme_recording.localcloud.cloud import Cloud
from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.localcloud import signing
from tests.localcloud.services.cos.wire import code_of
from tests.localcloud.signing import api3, ask

BUCKET = "rec-1250000000"
STRANGER = Key(
    "AKIDlocalStranger", "stranger-key", Kind.OWNER, "200000000002", "1250000002", uin="200000000002"
)
ALLOW_ALL = '{"version": "2.0", "statement": [{"effect": "allow", "action": "*", "resource": "*"}]}'


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """With the bucket `rec-1250000000` of the main account, and a second account."""
    cloud = assemble.local_cloud(None)
    cloud.store.add(Account(STRANGER.owner_uin, STRANGER.appid))
    cloud.store.add(STRANGER)
    assert cos(cloud, "PUT").status == 200
    yield cloud
    cloud.close()


def cos(
    cloud: Cloud, method: str, path: str = "/", query: str = "", body: bytes = b"", **given: Any
) -> Response:
    at = cloud.clock.machine_now().timestamp()
    return cloud.handle(signing.cos(method, path, query, body, at=at, **given))


# Signatures


def test_a_request_that_was_overheard_is_worth_nothing_later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_767_600_000.0
    cloud = assemble.local_cloud(None, real_time=lambda: now)
    overheard = api3("cam", "ListUsers", at=now), signing.cos("PUT", at=now)
    api, bucket = map(cloud.handle, overheard)
    assert (b"Data" in api.body, bucket.status) == (True, 200)
    now += timedelta(hours=2).total_seconds()
    api, bucket = map(cloud.handle, overheard)
    assert b"AuthFailure.SignatureExpire" in api.body
    assert code_of(bucket) == (403, "AccessDenied")
    cloud.close()


def test_a_request_for_one_host_is_worth_nothing_at_another(cloud: Cloud) -> None:
    at = cloud.clock.machine_now().timestamp()
    overheard = api3("cam", "ListUsers", at=at)
    elsewhere = replace(overheard, host="sts.tencentcloudapi.com")
    assert (
        b"AuthFailure.SignatureFailure"
        in cloud.handle(
            replace(
                elsewhere,
                headers={
                    **elsewhere.headers,
                    "x-tc-version": "2018-08-13",
                    "x-tc-action": "GetCallerIdentity",
                },
            )
        ).body
    )


@pytest.mark.parametrize("authorization", ["", "TC3-HMAC-SHA256", "Basic eDp5", "q-sign-algorithm=sha1"])
def test_no_signature_opens_nothing(cloud: Cloud, authorization: str) -> None:
    at = cloud.clock.machine_now().timestamp()
    for signed in (api3("cam", "ListUsers", at=at), signing.cos("GET", at=at)):
        answer = cloud.handle(replace(signed, headers={**signed.headers, "authorization": authorization}))
        assert b"AuthFailure" in answer.body or answer.status in {400, 403}


# Tenants


@pytest.mark.parametrize(
    ("method", "path", "query", "body"),
    [
        ("GET", "/", "", b""),
        ("HEAD", "/", "", b""),
        ("GET", "/a", "", b""),
        ("PUT", "/a", "", b"mine"),
        ("PUT", "/", "acl", b""),
        ("PUT", "/", "policy", ALLOW_ALL.encode()),
        ("DELETE", "/a", "", b""),
        ("DELETE", "/", "", b""),
        ("POST", "/", "delete", b"<Delete><Object><Key>a</Key></Object></Delete>"),
        ("GET", "/", "versions", b""),
        ("POST", "/a", "uploads", b""),
    ],
)
def test_a_bucket_is_closed_to_other_accounts(
    cloud: Cloud, method: str, path: str, query: str, body: bytes
) -> None:
    cos(cloud, "PUT", "/a", body=b"ours")
    answer = cos(cloud, method, path, query, body, secret=(STRANGER.secret_id, STRANGER.secret_key))
    assert answer.status == 403
    assert cos(cloud, "GET", "/a").body == b"ours"


def test_a_copy_needs_the_right_to_read_its_source(cloud: Cloud) -> None:
    cos(cloud, "PUT", "/a", body=b"ours")
    secret, own = (STRANGER.secret_id, STRANGER.secret_key), "own-1250000002"
    assert cos(cloud, "PUT", bucket=own, secret=secret).status == 200
    source = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com/a"
    stolen = cos(cloud, "PUT", "/b", bucket=own, secret=secret, headers={"x-cos-copy-source": source})
    assert stolen.status == 403
    assert cos(cloud, "GET", "/b", bucket=own, secret=secret).status == 404


def test_nobody_makes_a_bucket_in_somebody_elses_name(cloud: Cloud) -> None:
    secret = (STRANGER.secret_id, STRANGER.secret_key)
    assert cos(cloud, "PUT", bucket="new-1250000000", secret=secret).status == 403
    assert cos(cloud, "PUT", secret=secret).status in {403, 409}


def test_nobody_touches_anothers_users_and_roles(cloud: Cloud) -> None:
    secret = (STRANGER.secret_id, STRANGER.secret_key)
    ours = ask(cloud, "cam", "AddUser", {"Name": "ann", "UseApi": 1})
    policy = ask(cloud, "cam", "CreatePolicy", {"PolicyName": "p", "PolicyDocument": ALLOW_ALL})["PolicyId"]
    calls: list[tuple[str, dict[str, Any]]] = [
        ("GetUser", {"Name": "ann"}),
        ("DeleteUser", {"Name": "ann", "Force": 1}),
        ("ListAccessKeys", {"TargetUin": ours["Uin"]}),
        ("CreateAccessKey", {"TargetUin": ours["Uin"]}),
        ("DeleteAccessKey", {"TargetUin": ours["Uin"], "AccessKeyId": ours["SecretId"]}),
        ("GetPolicy", {"PolicyId": policy}),
        ("UpdatePolicy", {"PolicyId": policy, "Description": "mine"}),
        ("DeletePolicy", {"PolicyId": [policy]}),
        ("AttachUserPolicy", {"AttachUin": ours["Uin"], "PolicyId": 1}),
    ]
    for action, parameters in calls:
        assert "Error" in ask(cloud, "cam", action, parameters, secret=secret), action
    assert ask(cloud, "cam", "GetUser", {"Name": "ann"})["Uin"] == ours["Uin"]
    assert ask(cloud, "cam", "GetPolicy", {"PolicyId": policy})["Description"] == ""


# Content


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/cloud.sqlite",
        "/..%2f..%2fcloud.sqlite",
        "/a/../../b",
        "//etc/passwd",
        "/%00",
        "/%5c..%5c..%5cb",
        "/" + quote("😀/\x7f\n\r"),
        "/.",
        "/" + "a/" * 400,
    ],
)
def test_a_key_is_never_a_path(cloud: Cloud, path: str) -> None:
    put = cos(cloud, "PUT", path, body=b"content")
    if put.status == 200:
        assert cos(cloud, "GET", path).body == b"content"
    else:
        assert put.status == 400
    kept = [p.relative_to(cloud.files).as_posix() for p in cloud.files.rglob("*") if p.is_file()]
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", name) for name in kept)
    assert {p.name for p in cloud.files.parent.iterdir()} == {"objects"}


BOMBS = {
    "billion laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><Delete>&b;</Delete>',
    "file": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Delete>&a;</Delete>',
    "parameter entity": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]><Delete/>',
    "deep": b"<Delete>" * 100_000,
    "many attributes": b"<Delete " + b" ".join(b'a%d="x"' % n for n in range(100_000)) + b"/>",
    "one attribute twice": b'<Delete a="1" a="2"/>',
    "long name": b"<" + b"a" * 3_000_000 + b"/>",
    "never ends": b"<Delete><Object>" + b"x" * 3_000_000,
    "unknown encoding": b'<?xml version="1.0" encoding="UTF-7"?><Delete/>',
    "references": b"<Delete>" + b"&#65;" * 500_000 + b"</Delete>",
    "many elements": b"<Delete>" + b"<a/>" * 1_000_000 + b"</Delete>",
    "too many": b"<Delete>" + b"<Object><Key>a</Key></Object>" * 100_000 + b"</Delete>",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_document_that_is_a_bomb_is_refused_at_once(cloud: Cloud, bomb: str) -> None:
    started = time.process_time()
    status, code = code_of(cos(cloud, "POST", "/", "delete", BOMBS[bomb]))
    assert (status, code) in {(400, "MalformedXML"), (400, "InvalidArgument")}
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"[1e400]",
        b'{"Name": 1e400}',
        b'{"Name": "\\ud800"}',
        b"\xff\xfe{",
        b"null",
    ],
)
def test_json_that_is_a_bomb_is_refused(cloud: Cloud, body: bytes) -> None:
    code = ask(cloud, "cam", "GetUser", body)["Error"]["Code"]
    assert code in {"InvalidRequest", "InvalidParameter", "UnknownParameter", "MissingParameter"}


def test_a_pattern_with_many_stars_takes_no_time() -> None:
    started = time.process_time()
    assert not matches("*a" * 60 + "*b", "a" * 2_000)
    assert matches("*a" * 60 + "*", "a" * 2_000)
    assert time.process_time() - started < 0.5


# Sockets


def raw(cloud: RunningCloud, data: bytes) -> bytes:
    parts = urlsplit(cloud.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.sendall(data)
        answer = b""
        while more := connection.recv(65536):
            answer += more
        return answer


def test_what_we_are_made_to_repeat_starts_no_header(local_cloud: RunningCloud) -> None:
    def put(cloud: Cloud) -> None:
        cos(cloud, "PUT")
        cos(cloud, "PUT", "/a", body=b"x")

    local_cloud.run(put)
    evil = quote("attachment\r\nX-Evil: 1\r\n\r\n<html>")
    at = time.time()
    signed = signing.cos("GET", "/a", f"response-content-disposition={evil}", at=at)
    lines = "".join(f"{name}: {value}\r\n" for name, value in signed.headers.items())
    target = f"http://{signed.host}{signed.path}?{signed.query}"
    answer = raw(local_cloud, f"GET {target} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert not any(line.lower().startswith(b"x-evil") for line in head.split(b"\r\n"))
    assert b"<html>" not in body


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n Y: folded\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF1\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n\x00",
        b"\x00" * 1000,
    ],
)
def test_requests_that_read_two_ways_are_refused(local_cloud: RunningCloud, head: bytes) -> None:
    assert re.match(rb"HTTP/1.1 (400|413|502|505) ", raw(local_cloud, head))


@pytest.mark.parametrize("length", ["5368709120", "18446744073709551615", "-1", "1e9", "0x10"])
def test_a_length_is_refused_before_the_body_comes(local_cloud: RunningCloud, length: str) -> None:
    host = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"
    head = f"PUT http://{host}/a HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n"
    assert re.match(rb"HTTP/1.1 (400|413) ", raw(local_cloud, head.encode()))


def test_many_slow_clients_hold_up_nobody(local_cloud: RunningCloud) -> None:
    parts = urlsplit(local_cloud.url)
    with ExitStack() as open_connections:
        for _ in range(200):
            slow = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5)
            open_connections.enter_context(slow)
            slow.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
        connection = HTTPConnection(parts.netloc, timeout=2)
        connection.request("GET", "/healthz")
        assert json.loads(connection.getresponse().read())["ok"]
        connection.close()


def test_an_answer_is_kept_for_nobody_who_does_not_read(local_cloud: RunningCloud) -> None:
    """A client that asks for a large object again and again and reads nothing is not read on either."""
    local_cloud.run(lambda cloud: (cos(cloud, "PUT"), cos(cloud, "PUT", "/a", body=b"x" * 2_000_000)))
    local_cloud.run(lambda cloud: cos(cloud, "PUT", "/", "acl", headers={"x-cos-acl": "public-read"}))
    parts = urlsplit(local_cloud.url)
    host = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"
    request = f"GET http://{host}/a HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=5) as connection:
        for _ in range(100):
            connection.sendall(request)
            time.sleep(0.002)
        asked = local_cloud.run(lambda cloud: sum(seen.operation == "GetObject" for seen in cloud.seen))
    assert 0 < asked < 60
