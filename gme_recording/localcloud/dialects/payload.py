"""What comes as the body of a request to COS: its framing, its digest, the document in it (pure)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.dialects.documents import Element

MAX_DOCUMENT_BYTES = 4 << 20

MALFORMED_XML = Refusal("MalformedXML", "The XML you provided was not well-formed: {problem}")
MISSING_BODY = Refusal("MissingRequestBodyError", "Request body is empty.")
INVALID_ARGUMENT = Refusal("InvalidArgument", "{problem}")
INVALID_DIGEST = Refusal("InvalidDigest", "The Content-MD5 you specified is not valid.")
BAD_DIGEST = Refusal("BadDigest", "The Content-MD5 you specified did not match what we received.")
NOT_IMPLEMENTED = Refusal("NotImplemented", "{problem}", 501)


def unframed(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The content of an `aws-chunked` body. A form with signed chunks is refused: nobody would check them."""
    digest = headers.get("x-cos-content-sha256", "")
    if not digest.startswith("STREAMING-"):
        return body
    if not digest.startswith("STREAMING-UNSIGNED-PAYLOAD"):
        raise NOT_IMPLEMENTED(problem="signed chunks are not served; sign the payload as a whole")
    content, rest = bytearray(), body
    while True:
        line, separator, rest = rest.partition(b"\r\n")
        size = line.partition(b";")[0]
        if not separator or not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size):
            raise INVALID_ARGUMENT(problem="the aws-chunked body has no chunk size where one is due")
        length = int(size, 16)
        if length == 0:
            return bytes(content)
        content += rest[:length]
        if rest[length : length + 2] != b"\r\n":
            raise INVALID_ARGUMENT(problem="the aws-chunked body ends inside a chunk")
        rest = rest[length + 2 :]


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
