"""Who else than the account can reach a bucket: its policy and lists evaluated, and a stranger's requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from gme_recording.api import ApiError
from gme_recording.api.cos import each
from gme_recording.localcloud.access.document import Malformed
from gme_recording.review.rights import EVERYBODY, compare
from gme_recording.smoke.checks.bucket import REFUSED

if TYPE_CHECKING:
    from gme_recording.api import Cos

SAMPLE = 5
"""Recordings that are asked for, of each application."""
NO_KEY = "gme-recording-drift/nothing"
"""Asked for where there is no recording: a bucket that strangers may read answers 404."""
_GROUP = "AllUsers"


@dataclass(frozen=True, slots=True)
class Exposure:
    """One bucket, looked at from outside."""

    openings: tuple[str, ...]
    """What is open, in words."""
    unasked: tuple[str, ...] = ()
    """What could not be asked, as the key that is used may not."""


def look(cos: Cos, bucket: str, prefixes: Sequence[str]) -> Exposure:
    """Look at a bucket; one that is gone is not open. Raises ApiError if policy or ACL cannot be read.

    A key that may see no recordings is enough for the bucket itself; without their names none is asked for.
    """
    try:
        openings = [*of_policy(cos.policy(bucket))]
    except ApiError as error:
        if error.code == "NoSuchBucket":
            return Exposure(())
        raise
    acl = cos.call("GetBucketACL", lambda sdk: sdk.get_bucket_acl(Bucket=bucket))
    openings += [f"the bucket's ACL {grant}" for grant in of_acl(acl)]
    unasked: list[str] = []
    keys: list[str] = []
    with _unless_denied(unasked, f"recordings in {bucket} may not be listed: none was asked for"):
        keys = [key for prefix in prefixes for key in islice(cos.keys(bucket, prefix), SAMPLE)]
    with _unless_denied(unasked, f"ACLs of recordings in {bucket} may not be read"):
        openings += [f"the ACL of {key} {grant}" for key in keys for grant in of_acl(_acl(cos, bucket, key))]
    for key in keys or [NO_KEY]:
        status = cos.anonymous_status(bucket, key)
        if status not in REFUSED:
            openings.append(f"an unsigned GET of {key} was answered with {status}")
    return Exposure(tuple(openings), tuple(unasked))


def of_policy(text: str) -> Iterator[str]:
    """Yield what a bucket policy lets everybody do, by asking the evaluator."""
    if not text:
        return
    try:
        rights = compare(None, text).gained
    except Malformed as problem:
        yield f"the bucket policy cannot be read: {problem}"
        return
    for right in rights:
        if right.who in EVERYBODY and not right.refused:
            under = f", depending on {right.condition}" if right.condition else ""
            yield f"the bucket policy lets everybody do {right.action} on {right.resource}{under}"


def of_acl(acl: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an access control list grants to others than the owner."""
    owner = str((acl.get("Owner") or {}).get("ID") or "")
    for grant in each((acl.get("AccessControlList") or {}).get("Grant")):
        grantee = grant.get("Grantee") or {}
        who = str(grantee.get("URI") or grantee.get("ID") or "")
        if who != owner:
            yield f"gives {grant.get('Permission')} to {'everybody' if who.endswith(_GROUP) else who}"


def _acl(cos: Cos, bucket: str, key: str) -> Mapping[str, Any]:
    acl: Mapping[str, Any] = cos.call("GetObjectACL", lambda sdk: sdk.get_object_acl(Bucket=bucket, Key=key))
    return acl


@contextmanager
def _unless_denied(unasked: list[str], what: str) -> Iterator[None]:
    try:
        yield
    except ApiError as error:
        if error.code != "AccessDenied":
            raise
        unasked.append(what)
