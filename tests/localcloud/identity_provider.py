"""Who issues identity tokens, as GitHub and GitLab do, with a key of its own."""

from __future__ import annotations

import json
import time
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

OWNER = 100000000001
CLIENT = "sts.tencentcloudapi.com"


@cache
def private_key(number: int) -> rsa.RSAPrivateKey:
    """One for each number; making one takes a while."""
    assert number >= 0
    return rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    name: str = "github"
    url: str = "https://issuer.example.com"
    number: int = 0
    """Of its key."""

    @property
    def jwks(self) -> dict[str, Any]:
        public = private_key(self.number).public_key().public_numbers()
        exponent, modulus = (_encoded(each.to_bytes(256).lstrip(b"\0")) for each in (public.e, public.n))
        return {"keys": [{"kty": "RSA", "kid": "k1", "alg": "RS256", "e": exponent, "n": modulus}]}

    @property
    def configuration(self) -> dict[str, Any]:
        """What CreateOIDCConfig and UpdateOIDCConfig take."""
        key = b64encode(json.dumps(self.jwks).encode()).decode()
        return {"Name": self.name, "IdentityUrl": self.url, "ClientId": [CLIENT], "IdentityKey": key}

    def trust(self, subject: str) -> str:
        """The trust document of a role for that subject of this provider."""
        wanted = {"oidc:iss": [self.url], "oidc:aud": [CLIENT], "oidc:sub": [subject]}
        statement = {
            "effect": "allow",
            "action": ["name/sts:AssumeRoleWithWebIdentity"],
            "principal": {"federated": [f"qcs::cam::uin/{OWNER}:oidc-provider/{self.name}"]},
            "condition": {"string_equal": wanted},
        }
        return json.dumps({"version": "2.0", "statement": [statement]})

    def token(self, head: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token that is good for five minutes; a claim that is None is left out."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": CLIENT, "sub": "job", "nbf": now - 60, "exp": now + 300}
        payload = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        parts = ({"alg": "RS256", "kid": "k1"} if head is None else head, payload)
        signed = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        signature = private_key(self.number).sign(signed.encode(), PKCS1v15(), SHA256())
        return f"{signed}.{_encoded(signature)}"


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
