"""Rules on buckets and objects: who can reach them, what happens to recordings over time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from policy.inputs import Inputs
from policy.rule import Option, Options, Resource, Rule, Severity

BUCKET = "tencentcloud:Cos/bucket:Bucket"
BUCKET_OBJECT = "tencentcloud:Cos/bucketObject:BucketObject"

ALGORITHMS = ("AES256", "KMS", "SM4")
EVERYONE = re.compile(r"<URI>[^<]*/(?:AllUsers|AuthenticatedUsers)\s*</URI>|anyone:anyone", re.IGNORECASE)
"""Grantees of an ACL in XML that stand for more than named accounts."""

ENVIRONMENT = "environment"
"""Tag that says which environment a resource belongs to."""


def is_in(bucket: Resource, environments: tuple[str, ...]) -> bool:
    """Whether a resource's tag names one of the environments."""
    tags = bucket.inputs.get("tags") or {}
    return tags.get(ENVIRONMENT) in environments


def public_acl(resource: Resource, _: Options) -> str | None:
    acl = resource.inputs.get("acl") or "private"
    if acl.startswith("public"):
        return f"acl is {acl}"
    if found := EVERYONE.search(resource.inputs.get("aclBody") or ""):
        return f"aclBody grants rights to everybody: {found.group()}"
    return None


def not_encrypted(bucket: Resource, _: Options) -> str | None:
    algorithm = bucket.inputs.get("encryptionAlgorithm")
    return None if algorithm in ALGORITHMS else f"encryptionAlgorithm is {algorithm or 'not set'}"


def not_by_customer_key(bucket: Resource, options: Options) -> str | None:
    if not is_in(bucket, options["environments"]):
        return None
    if bucket.inputs.get("encryptionAlgorithm") != "KMS":
        return f"encryptionAlgorithm is {bucket.inputs.get('encryptionAlgorithm') or 'not set'}, not KMS"
    return None if bucket.inputs.get("kmsId") else "kmsId is not set: KMS uses the key that COS made"


def versioning_undecided(bucket: Resource, options: Options) -> str | None:
    if bucket.inputs.get("objectLockConfiguration") or bucket.inputs.get("versioningEnable"):
        return None
    if bucket.inputs.get("versioningEnable") is None:
        return "versioningEnable is neither true nor false"
    return "versioningEnable is false" if is_in(bucket, options["environments"]) else None


def not_logged(bucket: Resource, _: Options) -> str | None:
    if not bucket.inputs.get("logEnable"):
        return "logEnable is not true"
    target = bucket.inputs.get("logTargetBucket")
    if not target:
        return "logTargetBucket is not set"
    return "the log goes to the bucket it is about" if target == bucket.inputs.get("bucket") else None


def lifecycle_incomplete(bucket: Resource, options: Options) -> str | None:
    if not bucket.inputs.get("lifecycleRules"):
        return "there are no lifecycleRules"
    days = [
        rule["abortIncompleteMultipartUpload"].get("daysAfterInitiation")
        for rule in _for_whole_bucket(bucket)
        if rule.get("abortIncompleteMultipartUpload")
    ]
    most = options["abortUploadsWithinDays"]
    if any(day is not None and day <= most for day in days):
        return None
    return f"no rule for the whole bucket drops unfinished uploads within {most} days"


def kept_too_long(bucket: Resource, options: Options) -> str | None:
    """A rule for the whole bucket is enough: on one object the rule that expires first wins (436/17028)."""
    most = options["maximumDays"]
    if not _expires(bucket, "expiration", "days", most):
        return f"no rule for the whole bucket deletes recordings within {most} days"
    most = options["maximumVersionDays"]
    versioned = bucket.inputs.get("versioningEnable")
    if versioned and not _expires(bucket, "nonCurrentExpiration", "nonCurrentDays", most):
        return f"no rule for the whole bucket drops old versions within {most} days"
    return None


def not_protected(bucket: Resource, options: Options) -> str | None:
    if not is_in(bucket, options["environments"]):
        return None
    if bucket.inputs.get("forceClean"):
        return "forceClean is true: recordings are deleted with the bucket"
    return None if bucket.protect else "the bucket is not protected"


def _for_whole_bucket(bucket: Resource) -> Iterator[Inputs]:
    return (rule for rule in bucket.inputs.get("lifecycleRules") or () if not rule.get("filterPrefix"))


def _expires(bucket: Resource, part: str, days: str, most: int) -> bool:
    return any(
        rule.get(part) and rule[part].get(days) is not None and rule[part][days] <= most
        for rule in _for_whole_bucket(bucket)
    )


RULES: tuple[Rule[Resource], ...] = (
    Rule(
        id="acl-private",
        title="No ACL makes a bucket or an object public",
        severity=Severity.CRITICAL,
        reason="An ACL for everybody lets anyone list, fetch or overwrite players' voices; ACLs cannot deny.",
        hint="leave acl at private and aclBody unset; give access to named identities by policies",
        maps_to=(
            "cis-alibaba-2.0:5.1",
            "cis-alibaba-2.0:5.2",
            "cis-aws-7.0:3.1.4",
            "checkov:CKV_AWS_20",
            "checkov:CKV_AWS_57",
            "checkov:CKV2_AWS_6",
            "prowler:oss_bucket_not_publicly_accessible",
            "prowler:s3_bucket_public_list_acl",
            "prowler:s3_bucket_public_write_acl",
        ),
        types=(BUCKET, BUCKET_OBJECT),
        violates=public_acl,
    ),
    Rule(
        id="bucket-encrypted",
        title="Buckets encrypt what is written to them",
        severity=Severity.HIGH,
        reason="GME writes without asking for encryption; only the bucket's default encrypts recordings.",
        hint="storage.encryption: AES256, KMS or SM4",
        maps_to=(
            "cis-alibaba-2.0:5.8",
            "checkov:CKV_AWS_19",
            "prowler:s3_bucket_default_encryption",
        ),
        types=(BUCKET,),
        violates=not_encrypted,
    ),
    Rule(
        id="bucket-customer-key",
        title="Buckets of the chosen environments use a key of the customer's",
        severity=Severity.MEDIUM,
        reason="Who holds the key can cut off all recordings at once, and sees each use of the key.",
        hint=(
            "encrypt by KMS with a key of your own; prove first that GME can write with it, for the role of "
            "the console's pop-up has no right to use KMS keys"
        ),
        maps_to=(
            "cis-alibaba-2.0:5.9",
            "checkov:CKV_AWS_145",
            "checkov:CKV_ALI_6",
            "prowler:s3_bucket_kms_encryption",
        ),
        types=(BUCKET,),
        options=(Option("environments", (), "values of the tag `environment` that demand it"),),
        violates=not_by_customer_key,
    ),
    Rule(
        id="lifecycle-complete",
        title="Lifecycle rules exist and drop unfinished uploads",
        severity=Severity.MEDIUM,
        reason="Parts of an upload that never ended are billed for ever, and no listing shows them.",
        hint="storage.retention with abort_uploads_after",
        maps_to=(
            "checkov:CKV2_AWS_61",
            "checkov:CKV_AWS_300",
            "prowler:s3_bucket_lifecycle_enabled",
        ),
        types=(BUCKET,),
        options=(Option("abortUploadsWithinDays", 7, "latest day at which they are dropped"),),
        violates=lifecycle_incomplete,
    ),
    Rule(
        id="retention-limited",
        title="Recordings are deleted within the longest time allowed",
        severity=Severity.HIGH,
        reason="Voices are personal data: privacy law asks for the shortest time that is needed.",
        hint="storage.retention.keep, and keep_versions with versioning; the maximum is legal's to set",
        maps_to=("checkov:CKV2_AWS_61", "prowler:s3_bucket_lifecycle_enabled"),
        types=(BUCKET,),
        options=(
            Option("maximumDays", 730, "days after which no recording is left"),
            Option("maximumVersionDays", 30, "days for which a deleted recording can be brought back"),
        ),
        violates=kept_too_long,
    ),
    Rule(
        id="bucket-protected",
        title="Buckets of production cannot be deleted by a deployment",
        severity=Severity.HIGH,
        reason="A renamed or removed resource in the program must not take the recordings with it.",
        hint="storage.on_destroy: refuse",
        types=(BUCKET,),
        options=(Option("environments", ("prod",), "values of the tag `environment` that demand it"),),
        violates=not_protected,
    ),
)
