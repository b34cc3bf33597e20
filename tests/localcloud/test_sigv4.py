"""AWS SigV4, as botocore signs."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.signatures import sigv4
from gme_recording.localcloud.signatures.failure import Reason
from tests.localcloud.verifying import HOST, ID, KEY, SECRET, Machine, changed, find_key, refused


@pytest.fixture
def machine():
    return Machine(time.time())


class Payload(S3SigV4Auth):  # type: ignore[misc]
    """Says of the payload what it is told to."""

    said = ""

    def payload(self, request: AWSRequest) -> str:
        return self.said or str(super().payload(request))


def s3_signed(
    method: str = "PUT",
    body: bytes = b"x",
    *,
    payload: str = "",
    expires: int | None = None,
    token: str | None = None,
) -> Request:
    """Signed by botocore, at the machine's real time."""
    path = "/a%20b/%C3%BC.mp3"
    sent = AWSRequest(method, f"http://{HOST}{path}", headers={"Host": HOST}, data=body)
    credentials = Credentials(ID, SECRET, token)
    if expires is None:
        signer = Payload(credentials, "s3", "ap-guangzhou")
        signer.said = payload
        signer.add_auth(sent)
    else:
        S3SigV4QueryAuth(credentials, "s3", "ap-guangzhou", expires=expires).add_auth(sent)
    lower = {name.lower(): value for name, value in sent.headers.items()}
    return Request(method, HOST, path, urlsplit(sent.url).query, lower, body)


class TestSigV4:
    def test_boto_is_accepted(self, machine):
        assert sigv4.verify(s3_signed(), machine.clock, find_key) == KEY

    def test_a_presigned_url_of_boto_is_accepted(self, machine):
        assert sigv4.verify(s3_signed("GET", body=b"", expires=300), machine.clock, find_key) == KEY

    def test_a_presigned_url_ends_by_the_virtual_clock(self, machine):
        request = s3_signed("GET", body=b"", expires=300)
        machine.clock.advance(timedelta(seconds=301))
        assert refused("sigv4", request, machine.clock) is Reason.EXPIRED

    def test_a_presigned_url_made_after_an_advance_is_young(self, machine):
        machine.at -= 10
        machine.clock.advance(timedelta(days=365))
        machine.at += 10
        request = s3_signed("GET", body=b"", expires=300)
        assert sigv4.verify(request, machine.clock, find_key) == KEY

    def test_a_header_is_judged_by_the_machines_clock(self, machine):
        machine.clock.advance(timedelta(days=365))
        assert sigv4.verify(s3_signed(), machine.clock, find_key) == KEY

    def test_a_clock_that_is_16_minutes_off_is_refused(self, machine):
        machine.at += 16 * 60
        assert refused("sigv4", s3_signed(), machine.clock) is Reason.SKEWED

    def test_a_replaced_body_is_noticed(self, machine):
        request = replace(s3_signed(), body=b"y")
        assert refused("sigv4", request, machine.clock) is Reason.WRONG_DIGEST

    def test_an_unsigned_payload_is_taken(self, machine):
        request = s3_signed(payload="UNSIGNED-PAYLOAD")
        assert sigv4.verify(replace(request, body=b"other"), machine.clock, find_key) == KEY

    def test_chunks_that_are_signed_otherwise_are_refused_in_words(self, machine):
        request = s3_signed(payload="STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")
        assert refused("sigv4", request, machine.clock) is Reason.UNSUPPORTED

    def test_a_vendor_header_that_is_not_signed_is_refused(self, machine):
        request = changed(s3_signed(), "x-amz-acl", "public-read")
        assert refused("sigv4", request, machine.clock) is Reason.WRONG_SIGNATURE

    def test_a_signature_for_another_region_is_refused(self, machine):
        request = replace(s3_signed(), host=HOST.replace("guangzhou", "shanghai"))
        assert refused("sigv4", request, machine.clock) is Reason.MALFORMED

    def test_a_token_that_does_not_belong_is_refused(self, machine):
        key = replace(KEY, token="t0ken")
        assert sigv4.verify(s3_signed(token="t0ken"), machine.clock, lambda _: key) == key
        assert refused("sigv4", s3_signed(token="other"), machine.clock, key) is Reason.WRONG_TOKEN
        url = s3_signed("GET", body=b"", expires=60, token="t0ken")
        assert sigv4.verify(url, machine.clock, lambda _: key) == key

    @pytest.mark.parametrize("expires", ["0", "604801", "soon", "-1"])
    def test_a_presigned_url_lives_up_to_seven_days(self, machine, expires):
        request = s3_signed("GET", body=b"", expires=300)
        altered = replace(
            request, query=request.query.replace("X-Amz-Expires=300", f"X-Amz-Expires={expires}")
        )
        assert refused("sigv4", altered, machine.clock) is Reason.MALFORMED

    def test_the_payload_digest_is_required(self, machine):
        request = s3_signed()
        less = {n: v for n, v in request.headers.items() if n != "x-amz-content-sha256"}
        assert refused("sigv4", replace(request, headers=less), machine.clock) is Reason.MALFORMED
