"""How a callback proves where it comes from: HMAC-SHA1 of its raw body by the application's key (607/53749).

The vendor does not say how the digest is written. A sibling product's callback, described in the same words,
uses base64; hexadecimal is accepted too, and which one matched is told.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gme_recording.api.credentials import Secret


class Encoding(StrEnum):
    """How a digest is written in the header `Signature`."""

    BASE64 = "base64"
    HEX = "hex"


def sign(body: bytes, key: Secret, encoding: Encoding = Encoding.BASE64) -> str:
    """Return what the header `Signature` of this body holds."""
    digest = hmac.new(key.reveal().encode(), body, hashlib.sha1).digest()
    return digest.hex() if encoding is Encoding.HEX else base64.b64encode(digest).decode()


def matched(body: bytes, signature: str, key: Secret) -> Encoding | None:
    """Return how the signature is written if it is this key's for exactly these bytes, else None.

    Takes the same time whatever the signature says. Hexadecimal may be in either case.
    """
    given = signature.strip().encode(errors="replace")
    as_base64 = hmac.compare_digest(given, sign(body, key).encode())
    as_hex = hmac.compare_digest(given.lower(), sign(body, key, Encoding.HEX).encode())
    if as_base64:
        return Encoding.BASE64
    return Encoding.HEX if as_hex else None
