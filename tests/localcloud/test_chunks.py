"""Payloads signed chunk by chunk: Amazon's published examples, and what a thief could alter."""

from __future__ import annotations

import hashlib
import time
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gme_recording.localcloud.identity import Key, Kind
from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.signatures import chunks, sigv4
from gme_recording.localcloud.signatures.failure import Reason
from tests.localcloud.signing import cos
from tests.localcloud.verifying import Machine, refused

EXAMPLE = Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Kind.OWNER, "1", "2")
AT = datetime(2013, 5, 24, tzinfo=UTC)
EMPTY = hashlib.sha256(b"").hexdigest()
HOST = "rec-1250000000.cos.ap-guangzhou.myqcloud.com"
CONTENT = [b"a" * 65_536, b"b" * 1024]


def framed(contents: list[bytes], signatures: list[str], trailer: bytes = b"") -> bytes:
    parts = [
        b"%x;chunk-signature=%s\r\n%s" % (len(content), signature.encode(), content and content + b"\r\n")
        for content, signature in zip([*contents, b""], signatures, strict=True)
    ]
    return b"".join(parts) + trailer + b"\r\n"


def example(payload: str, signed: str, signature: str, body: bytes, **more: str) -> Request:
    """From Amazon's pages on transferring a payload in multiple chunks (sigv4-streaming)."""
    headers = {
        "host": "s3.amazonaws.com",
        "x-amz-date": "20130524T000000Z",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
        "x-amz-content-sha256": payload,
        "content-encoding": "aws-chunked",
        "content-length": str(len(body)),
        "x-amz-decoded-content-length": "66560",
        **{name.replace("_", "-"): value for name, value in more.items()},
        "authorization": "AWS4-HMAC-SHA256 "
        f"Credential={EXAMPLE.secret_id}/20130524/us-east-1/s3/aws4_request,"
        f"SignedHeaders={signed},Signature={signature}",
    }
    return Request("PUT", "s3.amazonaws.com", "/examplebucket/chunkObject.txt", "", headers, body)


PLAIN = example(
    chunks.SIGNED,
    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
    "x-amz-storage-class",
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    framed(
        [b"a" * 65_536, b"a" * 1024],
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
    ),
)
TRAILED = example(
    chunks.SIGNED_WITH_TRAILER,
    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;"
    "x-amz-trailer",
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    framed(
        [b"a" * 65_536, b"a" * 1024],
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
        b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
    ),
    x_amz_trailer="x-amz-checksum-crc32c",
)


@pytest.mark.parametrize("request_", [PLAIN, TRAILED], ids=["plain", "with trailer"])
def test_amazon_s_own_example_is_accepted(request_: Request) -> None:
    assert sigv4.verify(request_, Machine(AT.timestamp()).clock, lambda _: EXAMPLE) == EXAMPLE


@pytest.mark.parametrize(
    ("request_", "old", "new"),
    [
        (PLAIN, b"\r\naa", b"\r\nab"),
        (PLAIN, b"=ad80", b"=ad81"),
        (PLAIN, b"=b6c6", b"=b6c7"),
        (PLAIN, b";chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648", b""),
        (PLAIN, PLAIN.body, PLAIN.body[-86:]),
        (PLAIN, PLAIN.body, PLAIN.body[:-2] + b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
        (TRAILED, b":sOO8", b":sOO9"),
        (TRAILED, b"x-amz-trailer-signature", b"x-amz-trailer-nothing"),
        (TRAILED, b"x-amz-checksum-crc32c:sOO8/Q==\r\n", b""),
    ],
    ids=[
        "content",
        "signature",
        "last signature",
        "no signature",
        "chunks dropped",
        "trailer added",
        "trailer changed",
        "trailer not signed",
        "trailer dropped",
    ],
)
def test_a_chunk_that_was_altered_is_noticed(request_: Request, old: bytes, new: bytes) -> None:
    assert old in request_.body
    altered = replace(request_, body=request_.body.replace(old, new, 1))
    assert refused("sigv4", altered, Machine(AT.timestamp()).clock, EXAMPLE) is Reason.WRONG_SIGNATURE


@pytest.mark.parametrize("body", [b"", b"\r\n", PLAIN.body[:-90], b"5;chunk-signature=x\r\nhello\r\n"])
def test_what_is_not_framed_is_malformed(body: bytes) -> None:
    clock = Machine(AT.timestamp()).clock
    assert refused("sigv4", replace(PLAIN, body=body), clock, EXAMPLE) is Reason.MALFORMED


def test_a_body_has_65536_chunks_at_most() -> None:
    with pytest.raises(chunks.BrokenFraming, match="more than 65536"):
        chunks.read(b"1\r\nx\r\n" * chunks.MAX_CHUNKS + b"0\r\n\r\n")


class Streaming(S3SigV4Auth):  # type: ignore[misc]
    """Botocore's signer, told to sign the payload chunk by chunk."""

    form = chunks.SIGNED

    def payload(self, request: AWSRequest) -> str:
        return self.form


def send(cloud: RunningCloud, contents: list[bytes], checksum: str = "", **headers: str) -> tuple[int, bytes]:
    """PUT of `/a` over HTTP, with a CRC-32 behind the chunks if one is given."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    length = str(sum(map(len, contents)))
    said = {"Host": HOST, "x-amz-decoded-content-length": length, **given}
    request = AWSRequest("PUT", f"http://{HOST}/a", headers=said, data=b"")
    signer = Streaming(Credentials(cloud.secret_id, cloud.secret_key), "s3", "ap-guangzhou")
    signer.form = chunks.SIGNED_WITH_TRAILER if checksum else chunks.SIGNED
    signer.add_auth(request)
    stamp = f"{request.context['timestamp']}\n{signer.credential_scope(request)}"
    signatures = [request.headers["Authorization"].rpartition("=")[2]]
    for content in [*contents, b""]:
        digest = hashlib.sha256(content).hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{signatures[-1]}\n{EMPTY}\n{digest}"
        signatures.append(signer.signature(text, request))
    trailer = ""
    if checksum:
        trailer = f"x-amz-checksum-crc32:{checksum}"
        digest = hashlib.sha256(f"{trailer}\n".encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256-TRAILER\n{stamp}\n{signatures[-1]}\n{digest}"
        trailer += f"\r\nx-amz-trailer-signature:{signer.signature(text, request)}\r\n"
    connection = HTTPConnection("127.0.0.1", urlsplit(cloud.url).port)
    body = framed(contents, signatures[1:], trailer.encode())
    connection.request("PUT", "/a", body, dict(request.headers.items()))
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@pytest.fixture
def cloud(local_cloud: RunningCloud) -> RunningCloud:
    assert local_cloud.run(lambda inner: inner.handle(cos("PUT", at=time.time()))).status == 200
    return local_cloud


def stored(cloud: RunningCloud) -> bytes:
    return cloud.run(lambda inner: inner.handle(cos("GET", "/a", at=time.time()))).body


def test_signed_chunks_become_the_object(cloud: RunningCloud) -> None:
    assert send(cloud, CONTENT) == (200, b"")
    assert stored(cloud) == b"".join(CONTENT)
    assert send(cloud, []) == (200, b"")
    assert stored(cloud) == b""


def test_a_checksum_behind_signed_chunks_is_verified(cloud: RunningCloud) -> None:
    right = b64encode(crc32(b"".join(CONTENT)).to_bytes(4, "big")).decode()
    assert send(cloud, CONTENT, right) == (200, b"")
    status, body = send(cloud, CONTENT, b64encode(b"nope").decode())
    assert (status, b"<Code>BadDigest</Code>" in body) == (400, True)


def test_a_length_that_is_not_that_of_the_chunks_is_refused(cloud: RunningCloud) -> None:
    status, body = send(cloud, CONTENT, x_amz_decoded_content_length="5")
    assert (status, b"<Code>InvalidArgument</Code>" in body) == (400, True)
