"""tencentcloud:Cos/bucket:Bucket."""

from __future__ import annotations

from typing import Any

from gme_recording.api.errors import ApiError
from gme_recording.api.retry import Repeat
from providers.kit.property import WORDS, Many, One, Property, empty, one_of
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud.clients import Clients
from providers.tencentcloud.cos import bucket_lifecycle, bucket_replication
from providers.tencentcloud.cos.bucket_parts import PARTS
from providers.tencentcloud.cos.names import bucket_name

CORS_RULE = (
    Property(name="allowedOrigins", kind=Many(str), required=True),
    Property(name="allowedMethods", kind=Many(str), required=True),
    Property(name="allowedHeaders", kind=Many(str), required=True),
    Property(name="exposeHeaders", kind=Many(str)),
    Property(name="maxAgeSeconds", kind=int),
)
REPLICATED = ("replicaRole", "replicaRules", "versioningEnable")
NO_BUCKET = "NoSuchBucket"
BATCH = 1000
"""COS deletes as many objects with one request."""


class Bucket(Resource[Clients]):
    """A bucket; its id is its name. Properties with `served=False` are the official provider's alone."""

    token = "tencentcloud:Cos/bucket:Bucket"  # noqa: S105 - a type token
    properties = (
        Property(name="bucket", required=True, replaces=True, rules=(bucket_name,)),
        Property(
            name="acl", default="private", rules=(one_of("private", "public-read", "public-read-write"),)
        ),
        Property(name="tags", kind=WORDS),
        Property(name="corsRules", kind=Many(CORS_RULE)),
        Property(name="lifecycleRules", kind=Many(bucket_lifecycle.RULE)),
        Property(name="encryptionAlgorithm"),
        Property(name="kmsId"),
        Property(name="versioningEnable", kind=bool, default=False),
        Property(name="logEnable", kind=bool, default=False),
        Property(name="logTargetBucket", computed=True),
        Property(name="logPrefix", computed=True),
        Property(name="forceClean", kind=bool, default=False),
        Property(name="replicaRole", needs=REPLICATED),
        Property(name="replicaRules", kind=Many(bucket_replication.RULE), needs=REPLICATED),
        Property(name="accelerationEnable", kind=bool, default=False),
        Property(name="enableIntelligentTiering", kind=bool, computed=True),
        Property(name="intelligentTieringDays", kind=int, computed=True),
        Property(name="intelligentTieringRequestFrequent", kind=int, computed=True),
        Property(name="cosBucketUrl", output=True),
        Property(name="multiAz", kind=bool, replaces=True, served=False),
        Property(name="chdfsOfs", kind=bool, computed=True, replaces=True, served=False),
        Property(name="cdcId", replaces=True, served=False),
        Property(name="aclBody", computed=True, served=False),
        Property(name="website", kind=One(()), served=False),
        Property(name="originPullRules", kind=Many(()), served=False),
        Property(name="originDomainRules", kind=Many(()), served=False),
    )

    def create(self, wanted: Values) -> str:
        bucket_replication.require_versions(wanted)
        name, acl = str(wanted["bucket"]), wanted.get("acl") or "private"
        self.cloud.cos.call("create_bucket", name, Repeat.HARMFUL, ACL=acl)
        return name

    def finish(self, resource_id: str, wanted: Values) -> None:
        """Write what a new bucket does not have by itself; its ACL came with its creation."""
        given = {name for name, value in wanted.items() if name != "acl" and not empty(value)}
        self.update(resource_id, {}, wanted, frozenset(given))

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        cos = self.cloud.cos
        try:
            cos.call("head_bucket", resource_id)
        except ApiError as error:
            if error.code == NO_BUCKET:
                return None
            raise
        found: dict[str, Any] = {"bucket": resource_id, "cosBucketUrl": self._url(resource_id)}
        for part in PARTS:
            if part.seen_through_domain or not self.cloud.cos_domain:
                found |= part.read(cos, resource_id)
        if not found["tags"]:
            del found["tags"]
        if "forceClean" not in known:  # the official provider's value after an import
            found["forceClean"] = False
        return found

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        del known
        for part in PARTS:
            if part.properties & changed:
                part.write(self.cloud.cos, resource_id, wanted)

    def delete(self, resource_id: str, known: Values) -> None:
        try:
            if known.get("forceClean"):
                self._clean(resource_id, versioned=bool(known.get("versioningEnable")))
            self.cloud.cos.call("delete_bucket", resource_id)
        except ApiError as error:
            if error.code != NO_BUCKET:
                raise

    def _clean(self, bucket: str, *, versioned: bool) -> None:
        """Delete every object, page by page; stops where COS keeps what it was told to delete."""
        kept: list[dict[str, str]] = []
        while (objects := self._objects(bucket, versioned=versioned)) and objects != kept:
            delete = {"Quiet": "true", "Object": objects}
            self.cloud.cos.call("delete_objects", bucket, Delete=delete)
            kept = objects

    def _objects(self, bucket: str, *, versioned: bool) -> list[dict[str, str]]:
        """Return the first page of objects; each version where the bucket has or had versions."""
        page = self.cloud.cos.call("list_objects_versions", bucket, MaxKeys=BATCH)
        listed = [*(page.get("Version") or ()), *(page.get("DeleteMarker") or ())]
        if versioned or any(each["VersionId"] not in (None, "", "null") for each in listed):
            return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in listed]
        return [{"Key": each["Key"]} for each in listed]

    def _url(self, bucket: str) -> str:
        """Return the URL as the official provider words it: a bare host unless `cosDomain` is set."""
        if not self.cloud.cos_domain:
            return f"{bucket}.cos.{self.cloud.cloud.region}.myqcloud.com"
        scheme, _, host = self.cloud.cos_domain.partition("://")
        return f"{scheme}://{bucket}.{host}"
