"""Identity tokens of OpenID Connect, and the keys of who issues them (pure; RFC 7515, 7517, 7519).

RS256 alone: GitHub and GitLab sign with nothing else.
"""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


class Invalid(Exception):
    """What is wrong with a token or a list of keys, in words."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Whose tokens are taken, and for which clients."""

    url: str
    client_ids: tuple[str, ...]
    keys: Mapping[str, RSAPublicKey]
    """By their ids."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a token vouches for."""

    issuer: str
    audience: str
    subject: str


def public_keys(text: str) -> Mapping[str, RSAPublicKey]:
    """The RSA keys of a JWKS in Base64; raises Invalid where there is none."""
    try:
        listed = json.loads(b64decode(text, validate=True))["keys"]
        keys = {str(key.get("kid", "")): _public_key(key) for key in listed if key["kty"] == "RSA"}
    except _UNREADABLE as error:
        raise Invalid("it is no JWKS in Base64") from error
    if not keys:
        raise Invalid("it has no RSA key")
    return keys


def verify(token: str, issuer: Issuer, now: datetime) -> Identity:
    """Whom the issuer vouches for at that moment; raises Invalid."""
    signed, _, signature = token.rpartition(".")
    try:
        head, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        key = _key(head, issuer.keys)
        key.verify(_decoded(signature), signed.encode(), PKCS1v15(), SHA256())
        begins, ends = float(claims.get("nbf", 0)), float(claims["exp"])
        named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        found, subject = claims["iss"], str(claims["sub"])
    except InvalidSignature:
        raise Invalid("its signature is wrong") from None
    except _UNREADABLE as error:
        raise Invalid("it is no JWT with iss, aud, sub and exp") from error
    if not begins <= now.timestamp() < ends:
        raise Invalid("it is not valid now")
    if found != issuer.url:
        raise Invalid("it is of another issuer")
    audience = next((client for client in issuer.client_ids if client in named), None)
    if audience is None:
        raise Invalid("it is for another client")
    return Identity(issuer.url, audience, subject)


def _key(head: Mapping[str, Any], keys: Mapping[str, RSAPublicKey]) -> RSAPublicKey:
    """The key that the token names; one that names none is of the only key."""
    if head["alg"] != "RS256":
        raise Invalid("it is not signed with RS256")
    if "kid" not in head and len(keys) == 1:
        return next(iter(keys.values()))
    if head.get("kid") not in keys:
        raise Invalid("its key is not known")
    return keys[head["kid"]]


def _public_key(key: Mapping[str, str]) -> RSAPublicKey:
    exponent, modulus = (int.from_bytes(_decoded(key[name])) for name in ("e", "n"))
    return RSAPublicNumbers(exponent, modulus).public_key()


def _decoded(part: str) -> bytes:
    """Base64 for addresses, without its padding; no second spelling of the same bytes is taken."""
    decoded = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if urlsafe_b64encode(decoded).decode().rstrip("=") != part:
        raise ValueError(part)
    return decoded
