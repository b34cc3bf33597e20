"""tencentcloud:Cos/bucketReferer:BucketReferer: which pages may link to a bucket's objects."""

from __future__ import annotations

from typing import Any

from gme_recording.api.errors import ApiError
from providers.kit.property import Many, Property
from providers.kit.resource import Resource
from providers.kit.values import Values
from providers.tencentcloud.clients import Clients

NO_BUCKET = "NoSuchBucket"


class BucketReferer(Resource[Clients]):
    """The hotlink protection of a bucket; its id is the bucket's name.

    There is always one, off at first. What COS does not answer counts as unchanged, and another bucket is no
    new resource: both as with the official provider.
    """

    token = "tencentcloud:Cos/bucketReferer:BucketReferer"  # noqa: S105 - a type token
    properties = (
        Property(name="bucket", required=True),
        Property(name="domainLists", kind=Many(str, ordered=False), required=True, vendor="domain_list"),
        Property(name="refererType", required=True),
        Property(name="status", required=True),
        Property(name="emptyReferConfiguration"),
    )

    def create(self, wanted: Values) -> str:
        self._put(wanted["bucket"], wanted)
        return str(wanted["bucket"])

    def read(self, resource_id: str, known: Values) -> dict[str, Any] | None:
        try:
            found = self.cloud.cos.call("get_bucket_referer", resource_id)
        except ApiError as error:
            if error.code == NO_BUCKET:
                return None
            raise
        domains = (found.get("DomainList") or {}).get("Domain")
        empty_referer = found.get("EmptyReferConfiguration")
        return {
            "bucket": resource_id,
            "status": found["Status"],
            "domainLists": sorted(domains or known.get("domainLists") or ()),
            "refererType": found.get("RefererType") or known.get("refererType") or "",
            "emptyReferConfiguration": empty_referer or known.get("emptyReferConfiguration") or "",
        }

    def update(self, resource_id: str, known: Values, wanted: Values, changed: frozenset[str]) -> None:
        del known, changed
        self._put(resource_id, wanted)

    def delete(self, resource_id: str, known: Values) -> None:
        """Leave the bucket as it is, as the official provider does."""

    def _put(self, bucket: str, wanted: Values) -> None:
        configuration = {
            "Status": wanted["status"],
            "RefererType": wanted["refererType"],
            "DomainList": {"Domain": wanted["domainLists"]},
        }
        if wanted.get("emptyReferConfiguration"):
            configuration["EmptyReferConfiguration"] = wanted["emptyReferConfiguration"]
        self.cloud.cos.call("put_bucket_referer", bucket, RefererConfiguration=configuration)
