"""What comes as the body of an object: its digests and its framing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.services.cos.checksum import by_container, by_table, crc64
from tests.localcloud.services.cos.wire import Wire, code_of, md5


def test_content_md5_is_checked(bucket: Wire) -> None:
    assert bucket.send("PUT", "/a", body="hello", content_md5=md5(b"hello")).status == 200
    assert code_of(bucket.send("PUT", "/a", body="hello", content_md5=md5(b"other"))) == (400, "BadDigest")
    assert code_of(bucket.send("PUT", "/a", body="hello", content_md5="x")) == (400, "InvalidDigest")


def test_crc64_is_the_one_of_xz() -> None:
    assert crc64(b"123456789") == 0x995DC9BBDF1939FA
    assert crc64(b"") == 0


@given(st.binary(min_size=1, max_size=200), st.integers(1, 100))
def test_both_ways_to_the_crc64_agree(part: bytes, times: int) -> None:
    assert by_container(part * times) == by_table(part * times) == crc64(part * times)


def test_an_aws_chunked_body_is_unpacked(bucket: Wire) -> None:
    body = b"3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    kind = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    assert bucket.send("PUT", "/a", body=body, x_amz_content_sha256=kind).status == 200
    assert bucket.get("a").body == b"hello"
    damaged = body.replace(b"lo", b"la")
    answer = bucket.send("PUT", "/a", body=damaged, x_amz_content_sha256=kind)
    assert code_of(answer) == (400, "BadDigest")


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("crc32", "NhCmhg=="),
        ("sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
        ("sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
    ],
)
def test_checksum_of_another_content_is_refused(bucket: Wire, name: str, right: str) -> None:
    header_name = f"x_amz_checksum_{name}"
    assert bucket.send("PUT", "/a", body="hello", **{header_name: right}).status == 200
    answer = bucket.send("PUT", "/a", body="other", **{header_name: right})
    assert code_of(answer) == (400, "BadDigest")
    assert bucket.get("a").body == b"hello"


@pytest.mark.parametrize("body", [b"", b"zz\r\n", b"5\r\nhel", b"ffffffff\r\nx\r\n0\r\n"])
def test_a_broken_aws_chunked_body_is_refused(bucket: Wire, body: bytes) -> None:
    kind = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    answer = bucket.send("PUT", "/a", body=body, x_amz_content_sha256=kind)
    assert code_of(answer) == (400, "InvalidArgument")
