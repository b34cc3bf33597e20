"""tencentcloud:Cos/bucketPolicy:BucketPolicy."""

from __future__ import annotations

import json
from typing import Any

from gme_recording.api.errors import ApiError
from providers.kit.property import Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud import documents
from providers.tencentcloud.clients import Clients
from providers.tencentcloud.cos.names import bucket_name

GONE = ("NoSuchBucketPolicy", "NoSuchBucket")


class BucketPolicy(Resource[Clients]):
    """A bucket's policy; its id is the bucket's name."""

    token = "tencentcloud:Cos/bucketPolicy:BucketPolicy"  # noqa: S105 - a type token
    properties = (
        Property(name="bucket", required=True, replaces=True, rules=(bucket_name,)),
        Property(name="policy", required=True, same=documents.same, rules=(documents.is_json,)),
    )

    def create(self, wanted: Values) -> str:
        self._put(wanted["bucket"], wanted)
        return str(wanted["bucket"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        del known
        answer = self.cloud.cos.read("policy", resource_id, *GONE)
        if not answer:
            return None
        return {"bucket": resource_id, "policy": documents.canonical(json.loads(answer["Policy"]))}

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        del known, changed
        self._put(resource_id, wanted)

    def delete(self, resource_id: str, known: Values) -> None:
        del known
        try:
            self.cloud.cos.call("delete_bucket_policy", resource_id)
        except ApiError as error:
            if error.code not in GONE:
                raise

    def _put(self, bucket: str, wanted: Values) -> None:
        documents.require_acceptable(wanted["policy"])
        self.cloud.cos.call("put_bucket_policy", bucket, Policy=wanted["policy"])
