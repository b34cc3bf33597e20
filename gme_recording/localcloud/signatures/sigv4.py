"""AWS Signature Version 4 with service `s3`, for S3 clients of COS: header, and query of a presigned URL.

The payload is covered by its digest (`x-amz-content-sha256`), or chunk by chunk (`chunks`), unless the client
says UNSIGNED-PAYLOAD.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, unquote_to_bytes

from gme_recording.localcloud.clock import Clock
from gme_recording.localcloud.identity import Key
from gme_recording.localcloud.messages import Request
from gme_recording.localcloud.signatures import chunks
from gme_recording.localcloud.signatures.failure import (
    FindKey,
    Reason,
    SignatureFailure,
    require_equal,
    usable_key,
)

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_SKEW = timedelta(minutes=15)
LONGEST_EXPIRY_SECONDS = 7 * 24 * 3600
SIGNED_CHUNKS = frozenset({chunks.SIGNED, chunks.SIGNED_WITH_TRAILER})
UNSIGNED = frozenset({"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<credential>[^,\s]+), *SignedHeaders=(?P<headers>[^,\s]+), *"
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
_CREDENTIAL = re.compile(r"(?P<id>[^/]+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/s3/aws4_request", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a request says about its own signature."""

    secret_id: str
    scope: str
    at: datetime
    signed_headers: tuple[str, ...]
    signature: str
    payload: str
    token: str
    expires_seconds: int | None = None
    """Of a presigned URL; None for the header form."""


def verify(request: Request, clock: Clock, find_key: FindKey) -> Key:
    """Whose request this is; raises SignatureFailure."""
    header = request.headers.get("authorization", "").strip()
    claim = _of_header(request, header) if header else _of_query(request)
    _check_coverage(claim, request)
    key = usable_key(find_key, claim.secret_id, claim.token, clock.now())
    _check_time(claim, clock)
    _check_payload(claim, request)
    secret = f"AWS4{key.secret_key}".encode()
    for part in claim.scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")

    def sign(kind: str, what: str) -> str:
        text = f"{ALGORITHM}{kind}\n{claim.at:%Y%m%dT%H%M%SZ}\n{claim.scope}\n{what}"
        return hmac.digest(secret, text.encode(), "sha256").hex()

    require_equal(sign("", _sha256(_canonical(request, claim).encode())), claim.signature)
    if claim.payload in SIGNED_CHUNKS:
        chunks.verify(request.body, claim.payload, claim.signature, sign)
    return key


def _of_header(request: Request, header: str) -> _Claim:
    found = _AUTHORIZATION.fullmatch(header)
    if found is None:
        raise SignatureFailure(Reason.MALFORMED, f"Authorization is not an {ALGORITHM} authorization")
    payload = request.headers.get("x-amz-content-sha256", "")
    if not payload:
        raise SignatureFailure(Reason.MALFORMED, "x-amz-content-sha256 is missing")
    secret_id, scope = _credential(found["credential"], request.host)
    return _Claim(
        secret_id=secret_id,
        scope=scope,
        at=_time(request.headers.get("x-amz-date", ""), scope),
        signed_headers=tuple(found["headers"].split(";")),
        signature=found["signature"],
        payload=payload,
        token=request.headers.get("x-amz-security-token", ""),
    )


def _of_query(request: Request) -> _Claim:
    given = dict(request.arguments())
    if given.get("X-Amz-Algorithm") != ALGORITHM:
        raise SignatureFailure(Reason.MALFORMED, f"X-Amz-Algorithm is not {ALGORITHM}")
    expires = given.get("X-Amz-Expires", "")
    if not re.fullmatch(r"\d{1,6}", expires, re.ASCII) or not 1 <= int(expires) <= LONGEST_EXPIRY_SECONDS:
        raise SignatureFailure(Reason.MALFORMED, "X-Amz-Expires is not a number of seconds up to seven days")
    secret_id, scope = _credential(given.get("X-Amz-Credential", ""), request.host)
    return _Claim(
        secret_id=secret_id,
        scope=scope,
        at=_time(given.get("X-Amz-Date", ""), scope),
        signed_headers=tuple(given.get("X-Amz-SignedHeaders", "").split(";")),
        signature=given.get("X-Amz-Signature", ""),
        payload=request.headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        token=given.get("X-Amz-Security-Token", ""),
        expires_seconds=int(expires),
    )


def _credential(text: str, host: str) -> tuple[str, str]:
    found = _CREDENTIAL.fullmatch(text)
    if found is None:
        raise SignatureFailure(Reason.MALFORMED, "the credential is not <id>/<date>/<region>/s3/aws4_request")
    named = re.search(r"(?:^|\.)cos\.([a-z0-9-]+)\.myqcloud\.com$", host)
    if named is not None and named[1] != found["region"]:
        raise SignatureFailure(
            Reason.MALFORMED, f"signed for the region {found['region']}, sent to {named[1]}"
        )
    return found["id"], text.removeprefix(f"{found['id']}/")


def _time(text: str, scope: str) -> datetime:
    try:
        at = datetime.fromisoformat(text if re.fullmatch(r"\d{8}T\d{6}Z", text, re.ASCII) else "")
    except ValueError:
        raise SignatureFailure(Reason.MALFORMED, "X-Amz-Date is not a time like 20260105T080000Z") from None
    if not scope.startswith(f"{text[:8]}/"):
        raise SignatureFailure(Reason.MALFORMED, "the credential's date is not that of X-Amz-Date")
    return at


def _check_coverage(claim: _Claim, request: Request) -> None:
    signed = set(claim.signed_headers)
    sent = {name for name in request.headers if name.startswith("x-amz-")}
    if claim.expires_seconds is not None:
        sent.discard("x-amz-content-sha256")
    if missing := sorted(({"host"} | sent) - signed):
        raise SignatureFailure(Reason.WRONG_SIGNATURE, f"the header {missing[0]} is not signed")
    if absent := sorted(signed - request.headers.keys()):
        raise SignatureFailure(Reason.WRONG_SIGNATURE, f"the header {absent[0]} is signed, but not sent")


def _check_time(claim: _Claim, clock: Clock) -> None:
    """The machine's clock judges what was signed for this request; a presigned URL lives in virtual time."""
    if abs(clock.machine_now() - claim.at) > MAX_SKEW and claim.expires_seconds is None:
        raise SignatureFailure(Reason.SKEWED, f"signed at {claim.at}, more than 15 minutes from now")
    if claim.expires_seconds is None:
        return
    age = clock.elapsed_since(claim.at)
    if age < -MAX_SKEW:
        raise SignatureFailure(Reason.SKEWED, f"signed at {claim.at}, which is to come")
    if age >= timedelta(seconds=claim.expires_seconds):
        raise SignatureFailure(Reason.EXPIRED, f"the URL was good for {claim.expires_seconds} s")


def _check_payload(claim: _Claim, request: Request) -> None:
    if claim.payload in UNSIGNED | SIGNED_CHUNKS:
        return
    if claim.payload.startswith("STREAMING-"):
        raise SignatureFailure(Reason.UNSUPPORTED, f"{claim.payload} is not served")
    if not hmac.compare_digest(_sha256(request.body), claim.payload):
        raise SignatureFailure(Reason.WRONG_DIGEST, "x-amz-content-sha256 is not the digest of the body")


def _canonical(request: Request, claim: _Claim) -> str:
    names = sorted(claim.signed_headers)
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names)
    path = quote(unquote_to_bytes(request.path), safe="/-_.~")
    query = _canonical_query(request.query)
    return f"{request.method}\n{path}\n{query}\n{headers}\n{';'.join(names)}\n{claim.payload}"


def _canonical_query(query: str) -> str:
    pairs = (part.partition("=") for part in query.split("&") if part)
    encoded = sorted((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded if name != "X-Amz-Signature")


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
