"""What a request is about, as policies name it; looked up before anyone is told that he may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects.cos import region_of
from gme_recording.localcloud.services.cos.errors import NO_SUCH_BUCKET
from gme_recording.localcloud.services.cos.model import Bucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.localcloud.cloud import Call


def bucket_named(call: Call, name: str) -> Bucket:
    """Raises NoSuchBucket, also where the request went to another region than the bucket's."""
    bucket = call.store.find(Bucket, name=name)
    region = region_of(call.request)
    if bucket is None or (region and region != bucket.region):
        raise NO_SUCH_BUCKET(bucket=name)
    return bucket


def on_bucket(call: Call, *, bucket: str, **_: object) -> Sequence[str]:
    return (bucket_named(call, bucket).resource(),)


def on_object(call: Call, *, bucket: str, key: str, **_: object) -> Sequence[str]:
    return (bucket_named(call, bucket).resource(key),)
