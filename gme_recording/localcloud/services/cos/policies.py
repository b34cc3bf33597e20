"""What a bucket itself says about access: its policy, and the access control lists put as policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cos import grants, model
from gme_recording.localcloud.services.cos.model import Bucket, Configuration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.localcloud.store import Store

POLICY = "policy"
"""Kind of the configuration that holds it."""
_RESOURCE = re.compile(r"qcs::cos:[^:]*:uid/\d+:(?P<bucket>[^/]+)/(?P<key>.*)", re.DOTALL)


def of_resource(store: Store, resource: str) -> Sequence[str]:
    """The JSON documents that count for a six-part resource, besides those of who asks."""
    found = _RESOURCE.fullmatch(resource)
    bucket = store.find(Bucket, name=found["bucket"]) if found else None
    if found is None or bucket is None:
        return ()
    policy = store.find(Configuration, bucket=bucket.name, kind=POLICY)
    return tuple(filter(None, (policy.text if policy else "", *_lists(store, bucket, found["key"]))))


def _lists(store: Store, bucket: Bucket, key: str) -> Sequence[str]:
    """An object's own list stands in place of the bucket's, but for the grants to write."""
    whole = grants.as_policy(bucket.acl, f"{bucket.resource()}*", of_object=False)
    own = model.own_acl(store, bucket.name, key) if key else None
    if own is None:
        return (whole,)
    writing = [grant for grant in bucket.acl if grant[1] == "WRITE"]
    return (
        grants.as_policy(writing, f"{bucket.resource()}*", of_object=False),
        grants.as_policy(own, bucket.resource(key), of_object=True),
    )
