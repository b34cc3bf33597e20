"""`gme-recording` with a provider that has the official one's accidents (tests/golden/provider).

The stand-in does better on purpose. Here it forgets that: it fails at what is missing, records a denied
change of a lifecycle rule as done, and of a bucket that was made half only the id; it cannot switch an access
log off, and empties a bucket only if one page lists what is in it and versioning is not off by now.
With `BELIEVING=1` the state is believed even after a run that failed, as `pulumi up` does it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from gme_recording.api.errors import ApiError
from gme_recording.cli import app
from gme_recording.deploy.mend import Mender
from gme_recording.errors import UserError
from providers.kit import apply
from providers.kit.apply import HalfMade
from providers.kit.resource import Resource
from providers.kit.values import Values, declared, wired
from providers.tencentcloud.cam.service_linked_role import ServiceLinkedRole
from providers.tencentcloud.cos.bucket import BATCH, Bucket
from providers.tencentcloud.cos.bucket_policy import BucketPolicy
from tests.support import installed
from tests.support.engine import PROVIDER

NO_ROLE = (
    "[TencentCloudSDKError] Code=InvalidParameter.RoleNotExist, Message=The role does not exist., RequestId=1"
)
_make, _change, _delete = apply.make, apply.change, Bucket.delete


def main() -> None:
    """Run the command line; an installed official provider has its accidents by itself."""
    if os.environ.get("BELIEVING"):
        Mender.doubts = lambda self: False  # type: ignore[method-assign]
    if PROVIDER:
        installed.main()
        return
    apply.make, apply.change = make, change
    _missing_is_an_error(BucketPolicy, "read", "unexpected end of JSON input")
    _missing_is_an_error(BucketPolicy, "delete", "cos delete bucket policy error: NoSuchBucketPolicy")
    _missing_is_an_error(ServiceLinkedRole, "read", NO_ROLE)
    _missing_is_an_error(ServiceLinkedRole, "delete", NO_ROLE)
    Bucket._clean, Bucket.delete = clean, delete  # type: ignore[method-assign]
    _missing_is_an_error(Bucket, "delete", "cos delete bucket error: NoSuchBucket")
    app.main()


def make(resource: Resource[Any], given: Values) -> tuple[str, dict[str, Any]]:
    """cos.Bucket/create_partial_lifecycle_refused: nothing but the id is recorded."""
    try:
        return _make(resource, given)
    except HalfMade as error:
        error.state = wired({"id": error.resource_id})
        raise


def change(
    resource: Resource[Any], resource_id: str, before: Values, given: Values, changes: Any
) -> dict[str, Any]:
    """cos.Bucket/update_lost_lifecycle_days: a rule is recorded as it was wanted, and not looked at again.

    What else was denied stays as it was (update_fail_denied), and is tried again.
    """
    if not changes:
        return dict(before)
    if before.get("logEnable") and not declared(given).get("logEnable"):  # cos.Bucket/update_logging
        raise UserError(
            "1 error occurred:\n\t* log_target_bucket and log_prefix should set null when log_enable is false"
        )
    try:
        return _change(resource, resource_id, before, given, changes)
    except UserError as error:
        wanted = declared(given)
        lost = {key: wanted[key] for key in ("lifecycleRules",) if key in wanted and before.get(key)}
        raise HalfMade(error, resource_id, {**before, **lost}, given) from error


def clean(self: Bucket, bucket: str, *, versioned: bool) -> None:
    """`ForceCleanObject` of terraform-provider-tencentcloud before 1.83.10, as in version 0.2.3."""
    page = self.cloud.cos.call("list_objects_versions", bucket, MaxKeys=BATCH)
    if page["IsTruncated"] == "true":
        raise UserError(
            "1 error occurred:\n\t* cos force clean object error: the list of objects is truncated and the"
            f" bucket[{bucket}] needs to be deleted manually!!!"
        )
    versions, markers = page.get("Version") or (), page.get("DeleteMarker") or ()
    objects = (
        [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in (*versions, *markers)]
        if versioned
        else [{"Key": each["Key"]} for each in versions]
    )
    if objects:
        self.cloud.cos.call("delete_objects", bucket, Delete={"Quiet": "true", "Object": objects})


def delete(self: Bucket, resource_id: str, known: Values) -> None:
    """cos.Bucket/delete_fail_not_empty: as the provider words it."""
    try:
        _delete(self, resource_id, known)
    except ApiError as error:
        if error.code != "BucketNotEmpty":
            raise
        raise UserError(
            f"1 error occurred:\n\t* cos delete bucket error: BucketNotEmpty: The bucket you tried to delete"
            f" is not empty.\n\tstatus code: 409, request id: {error.request_id}, host id: ,"
            f" bucket: {resource_id}"
        ) from error


def _missing_is_an_error(kind: type[Resource[Any]], verb: str, text: str) -> None:
    really: Callable[..., Any] = getattr(kind, verb)
    look = kind.read

    def strict(self: Resource[Any], resource_id: str, known: Values) -> Any:
        if look(self, resource_id, known) is None:
            raise UserError(f"1 error occurred:\n\t* {text}")
        return really(self, resource_id, known)

    setattr(kind, verb, strict)
