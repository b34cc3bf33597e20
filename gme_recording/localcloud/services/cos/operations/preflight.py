"""The question that a browser asks before it sends a page's request to a bucket (436/8288)."""

from __future__ import annotations

from collections.abc import Mapping

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.cos import Answer
from gme_recording.localcloud.services.cos import cors
from gme_recording.localcloud.services.cos.errors import CORS_FORBIDDEN, INVALID_ARGUMENT, NO_SUCH_BUCKET
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named

REFUSES = (NO_SUCH_BUCKET, INVALID_ARGUMENT, CORS_FORBIDDEN)


@COS.operation("OptionsObject", match="OPTIONS object", refuses=REFUSES)
def options_object(call: Call, *, bucket: str, headers: Mapping[str, str]) -> Answer:
    """Asked without a signature, so that no policy has a say; the object need not be there."""
    origin, method = headers.get("origin", ""), headers.get("access-control-request-method", "")
    if not origin or not method:
        raise INVALID_ARGUMENT(problem="a preflight needs Origin and Access-Control-Request-Method")
    asked = headers.get("access-control-request-headers", "").split(",")
    if granted := cors.allowed(cors.rules_of(call, bucket_named(call, bucket).name), origin, method, asked):
        return Answer(granted)
    raise CORS_FORBIDDEN(origin=origin)


COS.operation("OptionsBucket", match="OPTIONS bucket", refuses=REFUSES)(options_object)
