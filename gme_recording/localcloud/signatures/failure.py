"""Why a signature was not accepted; each dialect has its own codes for these."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from gme_recording.localcloud.identity import Key

FindKey = Callable[[str], Key | None]
"""Secret id → key pair."""


class Reason(StrEnum):
    MALFORMED = "malformed"
    """The authorization cannot be read, or does not cover what it must."""
    UNKNOWN_KEY = "unknown-key"
    """No key of that id, or it is switched off."""
    WRONG_SIGNATURE = "wrong-signature"
    WRONG_DIGEST = "wrong-digest"
    """The body is not the one whose digest was signed."""
    SKEWED = "skewed"
    """Signed by a clock that is too far from the cloud's."""
    EXPIRED = "expired"
    """The signature's own window is over, or has not begun."""
    WRONG_TOKEN = "wrong-token"  # noqa: S105
    """The token of temporary credentials is missing or another one."""
    EXPIRED_TOKEN = "expired-token"  # noqa: S105
    """Temporary credentials are over."""
    UNSUPPORTED = "unsupported"
    """A form of signing that this cloud does not verify, so it refuses it."""


class SignatureFailure(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        """For people; holds no secret and no expected signature."""


def usable_key(find_key: FindKey, secret_id: str, token: str, now: datetime) -> Key:
    """The key of that id, if it is on, and if the token fits and is not over."""
    from hmac import compare_digest  # noqa: PLC0415 - not before a request

    key = find_key(secret_id)
    if key is None or not key.active:
        raise SignatureFailure(Reason.UNKNOWN_KEY, f"there is no active key {secret_id}")
    if not compare_digest(key.token.encode(), token.encode()):
        raise SignatureFailure(Reason.WRONG_TOKEN, f"the token does not belong to {secret_id}")
    if key.expires is not None and key.expires <= now:
        raise SignatureFailure(Reason.EXPIRED_TOKEN, f"the credentials ended at {key.expires.isoformat()}")
    return key


def require_equal(expected: str, given: str) -> None:
    """Constant time; raises for a signature that is not the expected one."""
    from hmac import compare_digest  # noqa: PLC0415

    if not compare_digest(expected.encode(), given.encode()):
        raise SignatureFailure(Reason.WRONG_SIGNATURE, "the signature does not match the request")
