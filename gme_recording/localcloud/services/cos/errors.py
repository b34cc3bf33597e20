"""What COS refuses with (product 436, error codes)."""

from __future__ import annotations

from gme_recording.localcloud.refusal import Refusal

INVALID_ARGUMENT = Refusal("InvalidArgument", "{problem}")
INVALID_REQUEST = Refusal("InvalidRequest", "{problem}")
MALFORMED_XML = Refusal("MalformedXML", "The XML you provided did not validate: {problem}")

NO_SUCH_BUCKET = Refusal("NoSuchBucket", "The specified bucket does not exist.", 404)
BUCKET_OWNED = Refusal(
    "BucketAlreadyOwnedByYou",
    "Your previous request to create the named bucket succeeded and you already own it.",
    409,
)
BUCKET_TAKEN = Refusal(
    "BucketAlreadyExists",
    "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
    "Please select a different name and try again.",
    409,
)
BUCKET_NOT_EMPTY = Refusal("BucketNotEmpty", "The bucket you tried to delete is not empty.", 409)
INVALID_BUCKET_NAME = Refusal("InvalidBucketName", "The specified bucket is not valid: {problem}")
INVALID_LOCATION = Refusal(
    "InvalidLocationConstraint", "The specified location constraint is not valid for this endpoint: {region}"
)
NO_SUCH_CONFIGURATION = Refusal("NoSuchConfiguration", "The specified configuration does not exist.", 404)
NO_SUCH_POLICY = Refusal("NoSuchBucketPolicy", "The policy configuration does not exist.", 404)
MALFORMED_POLICY = Refusal("MalformedPolicy", "The policy is not valid: {problem}")
INVALID_TAG = Refusal("InvalidTag", "The tags are not valid: {problem}")
INVALID_TARGET = Refusal(
    "InvalidTargetBucketForLogging",
    "The target bucket for logging does not exist, or is not yours, or lies in another region.",
)
BUCKET_VERSIONING = Refusal(
    "InvalidBucketState", "The request needs versioning, which is not enabled for the bucket.", 409
)

NO_SUCH_KEY = Refusal("NoSuchKey", "The specified key does not exist.", 404)
NO_SUCH_VERSION = Refusal("NoSuchVersion", "The specified version does not exist.", 404)
KEY_TOO_LONG = Refusal("KeyTooLong", "Your key is longer than {limit} bytes.")
IS_DELETE_MARKER = Refusal(
    "MethodNotAllowed", "The specified method is not allowed against a delete marker.", 405
)
INVALID_STORAGE_CLASS = Refusal("InvalidStorageClass", "Unknown storage class: {found}")
INVALID_OBJECT_STATE = Refusal(
    "InvalidObjectState",
    "The operation is not valid for the object's storage class {storage_class}; restore it first.",
    403,
)
RESTORE_UNDER_WAY = Refusal("RestoreAlreadyInProgress", "Object restore is already in progress.", 409)
CORS_FORBIDDEN = Refusal(
    "AccessForbidden", "CORSResponse: This CORS request is not allowed. No rule of the bucket fits it.", 403
)
NOT_MODIFIED = Refusal("NotModified", "Not Modified", 304)
PRECONDITION_FAILED = Refusal(
    "PreconditionFailed", "At least one of the pre-conditions you specified did not hold: {header}", 412
)
INVALID_RANGE = Refusal("InvalidRange", "The requested range cannot be satisfied.", 416)

NO_SUCH_UPLOAD = Refusal("NoSuchUpload", "The specified multipart upload does not exist.", 404)
INVALID_PART = Refusal("InvalidPart", "Part {number} could not be found, or its ETag is another one.")
INVALID_PART_ORDER = Refusal("InvalidPartOrder", "The list of parts was not in ascending order.")
ENTITY_TOO_SMALL = Refusal(
    "EntityTooSmall", "Part {number} is smaller than {limit} bytes and is not the last one."
)
