"""Buckets themselves: make, look at, list, remove; versioning."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.cos import Answer, region_of
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos import grants, model
from gme_recording.localcloud.services.cos.errors import (
    BUCKET_NOT_EMPTY,
    BUCKET_OWNED,
    BUCKET_TAKEN,
    INVALID_ARGUMENT,
    INVALID_BUCKET_NAME,
    INVALID_LOCATION,
    MALFORMED_XML,
    NO_SUCH_BUCKET,
)
from gme_recording.localcloud.services.cos.model import Bucket, Configuration, Versioning
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named, on_bucket

MAX_NAME_CHARACTERS = 60
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-(?P<appid>[0-9]{10})")


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _on_name(call: Call, *, bucket: str, **_: object) -> Sequence[str]:
    """The bucket to be is its name's account's, so that nobody makes a bucket for somebody else."""
    return (f"qcs::cos:{region_of(call.request)}:uid/{_appid(bucket)}:{bucket}/",)


def _appid(name: str) -> str:
    if len(name) > MAX_NAME_CHARACTERS:
        raise INVALID_BUCKET_NAME(problem=f"it is longer than {MAX_NAME_CHARACTERS} characters")
    found = _NAME.fullmatch(name)
    if found is None:
        raise INVALID_BUCKET_NAME(
            problem="it must be lower-case letters, digits and inner hyphens, then -<appid>"
        )
    return found["appid"]


@COS.operation(
    "PutBucket",
    match="PUT bucket",
    on=_on_name,
    refuses=(
        INVALID_BUCKET_NAME,
        INVALID_LOCATION,
        BUCKET_OWNED,
        BUCKET_TAKEN,
        MALFORMED_XML,
        INVALID_ARGUMENT,
    ),
)
def put_bucket(
    call: Call, *, bucket: str, headers: Mapping[str, str], document: Element | None = None
) -> Answer:
    """The region is that of the host; a name is taken in all regions."""
    region = region_of(call.request)
    wanted = document or tree("CreateBucketConfiguration")
    if wanted.name != "CreateBucketConfiguration":
        raise MALFORMED_XML(problem="the root must be CreateBucketConfiguration")
    if wanted.value("LocationConstraint", region) != region:
        raise INVALID_LOCATION(region=wanted.value("LocationConstraint"))
    if existing := call.store.find(Bucket, name=bucket):
        raise (BUCKET_OWNED if existing.region == region else BUCKET_TAKEN)()
    owner = call.principal.owner_uin
    call.store.add(
        Bucket(
            bucket,
            region,
            owner,
            _appid(bucket),
            call.now,
            grants.from_headers(headers, owner) or [],
            multi_az=wanted.value("BucketAZConfig") == "MAZ",
            archive=wanted.value("BucketArchConfig") == "OFS",
        )
    )
    return Answer({"Location": f"/{bucket}"})


@COS.operation("HeadBucket", match="HEAD bucket", on=on_bucket, refuses=(NO_SUCH_BUCKET,))
def head_bucket(call: Call, *, bucket: str) -> Answer:
    found = bucket_named(call, bucket)
    return Answer(
        {
            "x-cos-bucket-region": found.region,
            "x-cos-bucket-az-type": "MAZ" if found.multi_az else "",
            "x-cos-bucket-arch": "OFS" if found.archive else "",
        }
    )


@COS.operation(
    "DeleteBucket", match="DELETE bucket", on=on_bucket, refuses=(NO_SUCH_BUCKET, BUCKET_NOT_EMPTY)
)
def delete_bucket(call: Call, *, bucket: str) -> None:
    """Everything in it must be gone first, unfinished uploads too."""
    if model.has_content(call.store, bucket):
        raise BUCKET_NOT_EMPTY(bucket=bucket)
    for configuration in call.store.select(Configuration, bucket=bucket):
        call.store.delete(configuration)
    call.store.delete(bucket_named(call, bucket))


def _on_account(call: Call, **_: object) -> Sequence[str]:
    return (f"qcs::cos::uid/{call.principal.appid}:*",)


@COS.operation("GetService", match="GET service", on=_on_account)
def get_service(call: Call) -> Element:
    """The account's buckets: of one region through the region's host, of all through `service.cos`."""
    owner = grants.user(call.principal.owner_uin, call.principal.uin)
    region = region_of(call.request)
    buckets = [
        tree(
            "Bucket",
            [
                leaf("Name", bucket.name),
                leaf("Location", bucket.region),
                leaf("CreationDate", iso(bucket.created)[:-5] + "Z"),
                leaf("BucketType", "cos"),
            ],
        )
        for bucket in call.store.select(Bucket, owner_uin=call.principal.owner_uin)
        if region in {"", bucket.region}
    ]
    return tree(
        "ListAllMyBucketsResult",
        [tree("Owner", [leaf("ID", owner), leaf("DisplayName", owner)]), tree("Buckets", buckets)],
    )


@COS.operation("GetBucketLocation", match="GET bucket location", on=on_bucket, refuses=(NO_SUCH_BUCKET,))
def get_bucket_location(call: Call, *, bucket: str) -> Element:
    return leaf("LocationConstraint", bucket_named(call, bucket).region)


@COS.operation(
    "PutBucketVersioning",
    match="PUT bucket versioning",
    on=on_bucket,
    refuses=(NO_SUCH_BUCKET, MALFORMED_XML),
)
def put_bucket_versioning(call: Call, *, bucket: str, document: Element) -> None:
    """Once enabled it can be suspended, never taken away."""
    status = document.value("Status")
    if document.name != "VersioningConfiguration" or status not in {"Enabled", "Suspended"}:
        raise MALFORMED_XML(problem="VersioningConfiguration needs Status Enabled or Suspended")
    call.store.put(replace(bucket_named(call, bucket), versioning=Versioning(status)))


@COS.operation("GetBucketVersioning", match="GET bucket versioning", on=on_bucket, refuses=(NO_SUCH_BUCKET,))
def get_bucket_versioning(call: Call, *, bucket: str) -> Element:
    status = bucket_named(call, bucket).versioning
    return tree("VersioningConfiguration", [leaf("Status", status.value) if status else None])
