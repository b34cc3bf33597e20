"""What the console does not let a person save."""

from __future__ import annotations

from gme_recording.localcloud.refusal import Refusal

UNKNOWN_APPLICATION = Refusal("UnknownApplication", "There is no application {biz_id}.", 404)
VOICE_CHAT_OFF = Refusal("VoiceChatOff", "Application {biz_id} has the voice chat service switched off.", 409)
NOT_ALLOW_LISTED = Refusal(
    "NotAllowListed", "Application {biz_id} is not on the allowlist for server-side recording.", 409
)
NOT_AUTHORIZED = Refusal(
    "NotAuthorized",
    "GME may not access COS yet: grant it the service-linked role {role}.",
    409,
)
NO_BUCKET = Refusal("NoBucket", "Bind a bucket: recordings need a place.", 409)
BUCKET_NOT_FOUND = Refusal("BucketNotFound", "The account has no bucket {bucket} in {region}.", 409)
INVALID_URL = Refusal("InvalidCallbackUrl", "The callback URL {url!r} is not an http or https URL.", 409)
INVALID_MODE = Refusal("InvalidMode", "The mode {mode} is not 1 (single), 2 (mixed) or 3 (both).", 409)
INVALID_SCOPE = Refusal("InvalidScope", "The recording scope {scope!r} is neither custom nor full.", 409)
NO_BUCKET_NAME = Refusal("NoBucketName", "The new bucket needs a name.", 409)
UNKNOWN_FILE = Refusal("UnknownFile", "Application {biz_id} has no such recording.", 404)
EMPTY_NAME = Refusal("EmptyName", "The application needs a name.", 409)
