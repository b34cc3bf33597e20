"""Who signed a request to COS: the vendor's q-sign, S3's SigV4, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.payload import INVALID_ARGUMENT, NOT_IMPLEMENTED
from gme_recording.localcloud.identity import ANONYMOUS, Principal
from gme_recording.localcloud.refusal import Refusal
from gme_recording.localcloud.signatures.failure import Reason, SignatureFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.messages import Request

REFUSALS: Mapping[Reason, Refusal] = {
    Reason.MALFORMED: INVALID_ARGUMENT,
    Reason.UNKNOWN_KEY: Refusal(
        "InvalidAccessKeyId", "The Access Key Id you provided does not exist in our records.", 403
    ),
    Reason.WRONG_SIGNATURE: Refusal(
        "SignatureDoesNotMatch",
        "The Signature you specified is invalid. Check your key and signing method: {problem}",
        403,
    ),
    Reason.WRONG_DIGEST: Refusal(
        "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' does not match the body."
    ),
    Reason.SKEWED: Refusal(
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        403,
    ),
    Reason.EXPIRED: Refusal("AccessDenied", "Request has expired", 403),
    Reason.WRONG_TOKEN: Refusal("InvalidToken", "The provided token is not that of the access key.", 403),
    Reason.EXPIRED_TOKEN: Refusal("ExpiredToken", "The provided token has expired.", 403),
    Reason.UNSUPPORTED: NOT_IMPLEMENTED,
}
"""Of these, the codes for tokens are S3's: COS's documents name none."""


def is_s3(request: Request) -> bool:
    """Whether S3's kind of client signed it."""
    header = request.headers.get("authorization", "")
    return header.startswith("AWS4-") or "X-Amz-Signature=" in request.query


def principal_of(request: Request, call: Call) -> Principal:
    """Raises CloudError for a signature that does not hold; an unsigned request is anonymous."""
    from gme_recording.localcloud.signatures import qsign, sigv4  # noqa: PLC0415 - not before a request

    header = request.headers.get("authorization", "").strip()
    if "q-sign-algorithm=" in (header or request.query):
        verify = qsign.verify
    elif is_s3(request):
        verify = sigv4.verify
    elif header:
        raise INVALID_ARGUMENT(problem="Unsupported Authorization Type")
    else:
        return ANONYMOUS
    try:
        return verify(request, call.cloud.clock, call.find_key).principal
    except SignatureFailure as failure:
        raise REFUSALS[failure.reason](problem=failure.detail) from failure
