import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from qcloud_cos.cos_auth import CosS3Auth

from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.signatures import qsign, tc3
from gme_recording.localcloud.signatures.failure import Reason
from tests.localcloud.signing import api3
from tests.localcloud.verifying import (
    HOST,
    ID,
    KEY,
    NOW,
    SECRET,
    VERIFIERS,
    Machine,
    changed,
    find_key,
    refused,
)

GOLDEN = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "signatures.jsonl").read_text("utf-8").splitlines()
]


def recorded(line: dict[str, Any]) -> tuple[Request, float]:
    headers = {name.lower(): value for name, value in line["headers"]}
    target = urlsplit(line["target"])
    request = Request(
        line["method"], headers["host"], target.path, target.query, headers, line["body"].encode()
    )
    if "x-tc-timestamp" in headers:
        return request, int(headers["x-tc-timestamp"])
    if "x-amz-date" in headers:
        return request, datetime.strptime(headers["x-amz-date"] + "+0000", "%Y%m%dT%H%M%SZ%z").timestamp()
    return request, int(headers["authorization"].partition("q-sign-time=")[2].partition(";")[0])


@pytest.mark.parametrize("line", GOLDEN, ids=lambda line: line["note"])
def test_recorded_requests_come_out_as_recorded(line):
    request, at = recorded(line)
    clock = Machine(at).clock
    if line["valid"]:
        assert VERIFIERS[line["dialect"]](request, clock, find_key) == KEY
    else:
        assert refused(line["dialect"], request, clock) in {Reason.WRONG_SIGNATURE, Reason.WRONG_DIGEST}


def q_signed(
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    expire: int = 3600,
    presigned: bool = False,
) -> Request:
    """Signed by cos-python-sdk-v5 itself, at the machine's real time."""
    method, path = "GET", "/a b/ü.mp3"
    conf = SimpleNamespace(
        _secret_id=ID, _secret_key=SECRET, _anonymous=False, _sign_host=True, _sign_params=True
    )
    sent = SimpleNamespace(method=method, url=f"http://{HOST}{quote(path)}", headers=dict(headers or {}))
    authorization = CosS3Auth(conf, path, params or {}, expire)(sent).headers.pop("Authorization")
    query = "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in (params or {}).items())
    lower = {"host": HOST, **{name.lower(): value for name, value in sent.headers.items()}}
    if not presigned:
        lower["authorization"] = authorization
        return Request(method, HOST, quote(path), query, lower)
    signature = "&".join(
        f"{n}={quote(v, safe='')}" for n, v in (p.split("=", 1) for p in authorization.split("&"))
    )
    return Request(method, HOST, quote(path), f"{query}&{signature}" if query else signature, lower)


@pytest.fixture
def machine():
    return Machine(time.time())


class TestTc3:
    def test_a_signature_of_five_minutes_ago_is_too_old(self):
        request = api3("cam", "GetRole", at=NOW - 301, secret=(ID, SECRET))
        assert refused("tc3", request, Machine().clock) is Reason.SKEWED

    def test_a_signature_from_the_future_is_too_new(self):
        request = api3("cam", "GetRole", at=NOW + 301, secret=(ID, SECRET))
        assert refused("tc3", request, Machine().clock) is Reason.SKEWED

    def test_an_advanced_virtual_clock_does_not_outdate_a_client(self):
        machine = Machine()
        machine.clock.advance(timedelta(days=365))
        request = api3("cam", "GetRole", at=NOW, secret=(ID, SECRET))
        assert tc3.verify(request, machine.clock, find_key) == KEY

    def test_another_secret_is_refused(self):
        request = api3("cam", "GetRole", at=NOW, secret=(ID, "other"))
        assert refused("tc3", request, Machine().clock) is Reason.WRONG_SIGNATURE

    def test_an_unknown_id_is_named(self):
        request = api3("cam", "GetRole", at=NOW, secret=("AKIDnobody", SECRET))
        assert refused("tc3", request, Machine().clock) is Reason.UNKNOWN_KEY

    def test_a_key_that_is_switched_off_is_refused(self):
        request = api3("cam", "GetRole", at=NOW, secret=(ID, SECRET))
        assert refused("tc3", request, Machine().clock, replace(KEY, active=False)) is Reason.UNKNOWN_KEY

    def test_a_request_for_another_service_is_refused(self):
        request = replace(api3("cam", "GetRole", at=NOW, secret=(ID, SECRET)), host="sts.tencentcloudapi.com")
        assert refused("tc3", request, Machine().clock) is Reason.WRONG_SIGNATURE

    @pytest.mark.parametrize("header", ["", "Basic x", "TC3-HMAC-SHA256 Credential=a/b/c"])
    def test_what_is_no_authorization_is_malformed(self, header):
        request = changed(api3("cam", "GetRole", at=NOW), "authorization", header)
        assert refused("tc3", request, Machine().clock) is Reason.MALFORMED

    def test_content_type_and_host_must_be_signed(self):
        request = api3("cam", "GetRole", at=NOW, secret=(ID, SECRET))
        less = request.headers["authorization"].replace("content-type;host", "host")
        assert refused("tc3", changed(request, "authorization", less), Machine().clock) is Reason.MALFORMED

    def test_temporary_credentials_need_their_token(self):
        key = replace(KEY, token="t0ken")
        clock = Machine().clock
        with_token = api3("cam", "GetRole", at=NOW, secret=(ID, SECRET), headers={"x-tc-token": "t0ken"})
        assert tc3.verify(with_token, clock, lambda _: key) == key
        assert refused("tc3", changed(with_token, "x-tc-token", "other"), clock, key) is Reason.WRONG_TOKEN
        assert refused("tc3", with_token, clock) is Reason.WRONG_TOKEN

    def test_temporary_credentials_end_by_the_virtual_clock(self):
        machine = Machine()
        key = replace(KEY, expires=machine.clock.now() + timedelta(hours=2))
        request = api3("cam", "GetRole", at=NOW, secret=(ID, SECRET))
        assert tc3.verify(request, machine.clock, lambda _: key) == key
        machine.clock.advance(timedelta(hours=2))
        assert refused("tc3", request, machine.clock, key) is Reason.EXPIRED_TOKEN


class TestQSign:
    def test_the_vendors_sdk_is_accepted(self, machine):
        request = q_signed(params={"prefix": "a/b", "max-keys": "5"}, headers={"x-cos-acl": "private"})
        assert qsign.verify(request, machine.clock, find_key) == KEY

    def test_a_presigned_url_is_accepted(self, machine):
        request = q_signed(params={"response-content-type": "audio/mpeg"}, presigned=True)
        assert qsign.verify(request, machine.clock, find_key) == KEY

    def test_a_presigned_url_ends_by_the_virtual_clock(self, machine):
        request = q_signed(expire=300, presigned=True)
        machine.clock.advance(timedelta(seconds=299))
        assert qsign.verify(request, machine.clock, find_key) == KEY
        machine.clock.advance(timedelta(seconds=2))
        assert refused("q-sign", request, machine.clock) is Reason.EXPIRED

    def test_a_presigned_url_made_after_an_advance_is_young(self, machine):
        machine.at -= 10
        machine.clock.advance(timedelta(days=365))
        machine.at += 10
        assert qsign.verify(q_signed(expire=300, presigned=True), machine.clock, find_key) == KEY

    def test_a_header_is_judged_by_the_machines_clock(self, machine):
        machine.clock.advance(timedelta(days=365))
        assert qsign.verify(q_signed(), machine.clock, find_key) == KEY

    def test_a_header_is_good_in_its_window_only(self, machine):
        request = q_signed(expire=60)
        machine.at += 61
        assert refused("q-sign", request, machine.clock) is Reason.EXPIRED
        machine.at -= 600
        assert refused("q-sign", request, machine.clock) is Reason.EXPIRED

    @pytest.mark.parametrize(
        "altered",
        [
            lambda r: replace(r, method="PUT"),
            lambda r: replace(r, path="/other"),
            lambda r: replace(r, query="prefix=other"),
            lambda r: replace(r, query=""),
            lambda r: changed(r, "x-cos-acl", "public-read"),
            lambda r: replace(r, headers={n: v for n, v in r.headers.items() if n != "x-cos-acl"}),
            lambda r: changed(r, "host", "other-1250000000.cos.ap-guangzhou.myqcloud.com"),
        ],
        ids=["method", "path", "parameter", "no parameter", "header", "no header", "host"],
    )
    def test_what_is_signed_cannot_be_altered(self, machine, altered):
        request = q_signed(params={"prefix": "a"}, headers={"x-cos-acl": "private"})
        assert refused("q-sign", altered(request), machine.clock) is Reason.WRONG_SIGNATURE

    def test_the_window_cannot_be_altered(self, machine):
        request = q_signed(expire=60)
        begin, end = re.findall(r"q-sign-time=(\d+);(\d+)", request.headers["authorization"])[0]
        longer = request.headers["authorization"].replace(f"{begin};{end}", f"{begin};{int(end) + 1}")
        assert refused("q-sign", changed(request, "authorization", longer), machine.clock) is (
            Reason.WRONG_SIGNATURE
        )

    @pytest.mark.parametrize("gone", ["q-ak", "q-sign-time", "q-key-time", "q-header-list", "q-signature"])
    def test_a_member_that_is_missing_is_malformed(self, machine, gone):
        request = q_signed()
        less = "&".join(
            p for p in request.headers["authorization"].split("&") if not p.startswith(f"{gone}=")
        )
        assert refused("q-sign", changed(request, "authorization", less), machine.clock) is Reason.MALFORMED

    def test_the_token_of_temporary_credentials_may_stand_in_the_query(self, machine):
        key = replace(KEY, token="t0ken")
        request = q_signed(params={"x-cos-security-token": "t0ken"}, presigned=True)
        assert qsign.verify(request, machine.clock, lambda _: key) == key
        assert refused("q-sign", q_signed(presigned=True), machine.clock, key) is Reason.WRONG_TOKEN


@given(
    dialect=st.sampled_from(sorted(VERIFIERS)),
    authorization=st.text(max_size=200),
    query=st.text(max_size=100),
)
def test_nothing_that_is_sent_breaks_a_verifier(dialect, authorization, query):
    headers = {"host": HOST, "authorization": authorization, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    assert refused(dialect, Request("GET", HOST, "/", query, headers), Machine().clock)
