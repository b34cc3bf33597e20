"""What comes as the body of a request to COS: its framing, its digest, the document in it (pure)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING
from zlib import crc32

from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.refusal import Refusal
from gme_recording.localcloud.signatures import chunks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gme_recording.localcloud.dialects.documents import Element

MAX_DOCUMENT_BYTES = 4 << 20

MALFORMED_XML = Refusal("MalformedXML", "The XML you provided was not well-formed: {problem}")
MISSING_BODY = Refusal("MissingRequestBodyError", "Request body is empty.")
INVALID_ARGUMENT = Refusal("InvalidArgument", "{problem}")
INVALID_DIGEST = Refusal("InvalidDigest", "The Content-MD5 you specified is not valid.")
BAD_DIGEST = Refusal("BadDigest", "The Content-MD5 you specified did not match what we received.")
BAD_CHECKSUM = Refusal("BadDigest", "The {name} you specified did not match what we received.")
NOT_IMPLEMENTED = Refusal("NotImplemented", "{problem}", 501)


def unframed(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """The content of an `aws-chunked` body, and the headers that come after it: S3's clients say a checksum
    there.
    """
    if not headers.get("x-cos-content-sha256", "").startswith("STREAMING-"):
        return body, {}
    try:
        read, trailer = chunks.read(body)
    except chunks.BrokenFraming as error:
        raise INVALID_ARGUMENT(problem=error) from error
    content = b"".join(chunk.content for chunk in read)
    if headers.get("x-cos-decoded-content-length", str(len(content))) != str(len(content)):
        raise INVALID_ARGUMENT(problem="the chunks are not as long as x-amz-decoded-content-length says")
    return content, trailer


def check_digest(expected: str | None, body: bytes) -> None:
    """Raises unless the body is the one that `Content-MD5` promises."""
    if expected is None:
        return
    try:
        digest = base64.b64decode(expected, validate=True)
    except (binascii.Error, ValueError) as error:
        raise INVALID_DIGEST(found=expected) from error
    if len(digest) != 16:
        raise INVALID_DIGEST(found=expected)
    if digest != hashlib.md5(body, usedforsecurity=False).digest():
        raise BAD_DIGEST(found=expected)


CHECKSUMS: Mapping[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: crc32(body).to_bytes(4, "big"),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
}
"""Of S3's clients. CRC-32C and CRC-64/NVME are taken unchecked: the standard library knows neither."""


def check_checksums(headers: Mapping[str, str], body: bytes) -> None:
    """Raises unless the body is the one that `x-amz-checksum-…` promises."""
    for name, digest in CHECKSUMS.items():
        promised = headers.get(f"x-amz-checksum-{name}")
        if promised is not None and promised != base64.b64encode(digest(body)).decode():
            raise BAD_CHECKSUM(name=name.upper())


def as_document(body: bytes) -> Element:
    """The XML in the body; raises MalformedXML."""
    if not body:
        raise MISSING_BODY(found="nothing")
    if len(body) > MAX_DOCUMENT_BYTES:
        raise MALFORMED_XML(problem=f"it is longer than {MAX_DOCUMENT_BYTES} bytes")
    try:
        return documents.parse(body)
    except documents.MalformedDocument as error:
        raise MALFORMED_XML(problem=error) from error
