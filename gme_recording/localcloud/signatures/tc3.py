"""TC3-HMAC-SHA256, the signature of API 3.0 (product 213/30654).

The signature covers method, path, query, the listed headers (at least content-type and host) and the body.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.identity import Key
from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.signatures.failure import (
    FindKey,
    Reason,
    SignatureFailure,
    require_equal,
    usable_key,
)

MAX_SKEW = timedelta(minutes=5)
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 +"
    r"Credential=(?P<id>[^/,\s]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>[a-z0-9-]+)/tc3_request, *"
    r"SignedHeaders=(?P<headers>[^,\s]+), *Signature=(?P<signature>[0-9a-f]{64})"
)


def verify(request: Request, clock: Clock, find_key: FindKey) -> Key:
    """Whose request this is; raises SignatureFailure."""
    found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        raise SignatureFailure(Reason.MALFORMED, "Authorization is not a TC3-HMAC-SHA256 authorization")
    signed = found["headers"].split(";")
    if not {"content-type", "host"} <= set(signed):
        raise SignatureFailure(Reason.MALFORMED, "content-type and host must be signed")
    timestamp = request.headers.get("x-tc-timestamp", "")
    key = usable_key(find_key, found["id"], request.headers.get("x-tc-token", ""), clock.now())
    _check_time(timestamp, found["date"], clock.machine_now())
    if not request.host.startswith(f"{found['service']}."):
        raise SignatureFailure(Reason.WRONG_SIGNATURE, f"signed for the service {found['service']}")
    scope = f"{found['date']}/{found['service']}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{_digest(_canonical(request, signed))}"
    secret = _hmac(f"TC3{key.secret_key}".encode(), found["date"])
    secret = _hmac(_hmac(secret, found["service"]), "tc3_request")
    require_equal(_hmac(secret, to_sign).hex(), found["signature"])
    return key


def _check_time(timestamp: str, date: str, now: datetime) -> None:
    if not re.fullmatch(r"\d{1,11}", timestamp, re.ASCII):
        raise SignatureFailure(Reason.MALFORMED, "X-TC-Timestamp is not a time in seconds")
    signed_at = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(signed_at - now) > MAX_SKEW:
        raise SignatureFailure(Reason.SKEWED, f"signed at {timestamp}, more than five minutes from now")
    if signed_at.strftime("%Y-%m-%d") != date:
        raise SignatureFailure(Reason.WRONG_SIGNATURE, "the credential's date is not the timestamp's")


def _canonical(request: Request, signed: list[str]) -> str:
    headers = "".join(f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in signed)
    body = hashlib.sha256(request.body).hexdigest()
    return f"{request.method}\n{request.path}\n{request.query}\n{headers}\n{';'.join(signed)}\n{body}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
