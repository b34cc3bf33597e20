"""The `aws-chunked` framing of S3's clients, and the signatures that its chunks may carry (pure).

A chunk is `<size in hex>[;chunk-signature=<hex>]`, a line break, the content, a line break. One of no size
ends them; headers may come after it. Every signature covers the one before it, the first that of the request.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from gme_recording.localcloud.signatures.failure import Reason, SignatureFailure, require_equal

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_WITH_TRAILER = f"{SIGNED}-TRAILER"
MAX_CHUNKS = 1 << 16
"""Clients make chunks of 64 KiB or more."""
_EMPTY = hashlib.sha256(b"").hexdigest()
_HEAD = re.compile(rb"([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?\r\n")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"

Sign = Callable[[str, str], str]
"""`(kind, what)` → the signature of `what`; the kind is `-PAYLOAD` or `-TRAILER`."""


class BrokenFraming(ValueError):
    """What is wrong with it, in words."""


@dataclass(frozen=True, slots=True)
class Chunk:
    content: bytes
    signature: str


def read(body: bytes) -> tuple[list[Chunk], dict[str, str]]:
    """The chunks, the one without content included, and the headers behind them. Raises BrokenFraming."""
    chunks: list[Chunk] = []
    at = 0
    while len(chunks) < MAX_CHUNKS:
        head = _HEAD.match(body, at)
        if head is None:
            raise BrokenFraming("the aws-chunked body has no chunk size where one is due")
        start, size = head.end(), int(head[1], 16)
        chunks.append(Chunk(body[start : start + size], (head[2] or b"").decode()))
        if not size:
            return chunks, _trailer(body[start:])
        at = start + size + 2
        if body[start + size : at] != b"\r\n":
            raise BrokenFraming("the aws-chunked body ends inside a chunk")
    raise BrokenFraming(f"the aws-chunked body has more than {MAX_CHUNKS} chunks")


def _trailer(text: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in text.decode("latin-1").split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in lines if name}


def verify(body: bytes, payload: str, seed: str, sign: Sign) -> None:
    """Raises SignatureFailure unless every chunk carries its signature, and the headers behind them too where
    `payload` says that there are some; `seed` is the signature of the request.
    """
    try:
        chunks, trailer = read(body)
    except BrokenFraming as error:
        raise SignatureFailure(Reason.MALFORMED, str(error)) from error
    before = seed
    for chunk in chunks:
        content = hashlib.sha256(chunk.content).hexdigest()
        require_equal(sign("-PAYLOAD", f"{before}\n{_EMPTY}\n{content}"), chunk.signature)
        before = chunk.signature
    signature = trailer.pop(_TRAILER_SIGNATURE, "")
    if payload == SIGNED_WITH_TRAILER:
        text = "".join(f"{name}:{value}\n" for name, value in sorted(trailer.items()))
        digest = hashlib.sha256(text.encode("latin-1")).hexdigest()
        require_equal(sign("-TRAILER", f"{before}\n{digest}"), signature)
    elif trailer:
        raise SignatureFailure(Reason.WRONG_SIGNATURE, "headers behind the chunks are not signed")
