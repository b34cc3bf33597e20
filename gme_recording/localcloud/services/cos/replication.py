"""Copies of new objects in another bucket, as replication rules say (436/19923, 436/19223).

Bytes, headers, tags and version id follow, and delete markers unless the rule says otherwise; encryption and
access list are the target's. What was there before the rule does not follow, nor what a lifecycle rule does,
the deletion of a version, or what has come by replication itself. COS does it: policies are not asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from gme_recording.localcloud.clock import job
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.services.cos import content, encryption, model
from gme_recording.localcloud.services.cos.model import Bucket, Configuration, Version, Versioning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.dialects.documents import Element

KIND = "replication"
_REPLICATE = "cos.replicate"


@dataclass(frozen=True, slots=True)
class Rule:
    prefix: str
    target: str
    """Name of the bucket."""
    storage_class: str
    """Empty: the object's own."""
    markers: bool
    """Whether delete markers follow, which is so by default."""


def follow(call: Call, bucket: Bucket, version: Version) -> None:
    """Copy what has just been written to wherever rules say, once the transaction is committed."""
    if bucket.versioning is Versioning.ENABLED and call.store.find(
        Configuration, bucket=bucket.name, kind=KIND
    ):
        call.later(timedelta(0), _REPLICATE, f"{bucket.name}/{version.rank}/{version.key}")


@job(_REPLICATE)
def replicate(call: Call, place: str) -> None:
    bucket, rank, key = place.split("/", 2)
    version = call.store.find(Version, bucket=bucket, key=key, rank=int(rank))
    configuration = call.store.find(Configuration, bucket=bucket, kind=KIND)
    if version is None or configuration is None:
        return
    for rule in rules(documents.parse(configuration.text)):
        if version.key.startswith(rule.prefix) and (rule.markers or not version.delete_marker):
            _copy(call, version, rule)


def rules(document: Element) -> Iterator[Rule]:
    """Those that are enabled."""
    for rule in document.each("Rule"):
        destination, markers = rule.find("Destination"), rule.find("DeleteMarkerReplication")
        if rule.value("Status") == "Enabled" and destination:
            yield Rule(
                rule.value("Prefix"),
                destination.value("Bucket").rpartition(":")[2],
                destination.value("StorageClass").upper(),
                markers is None or markers.value("Status") != "Disabled",
            )


def _copy(call: Call, version: Version, rule: Rule) -> None:
    """Nothing where the target has the version, or could not keep it."""
    target = call.store.find(Bucket, name=rule.target)
    if target is None or target.versioning is not Versioning.ENABLED:
        return
    if call.store.find(Version, bucket=target.name, key=version.key, version_id=version.version_id):
        return
    copied = replace(
        version,
        bucket=target.name,
        content=content.duplicate(call, version.content),
        storage_class=rule.storage_class or version.storage_class,
        encryption={} if version.delete_marker else encryption.chosen(call, target, {}),
        acl=None,
        latest=True,
        superseded=None,
    )
    model.push(call.store, target, copied, version_id=version.version_id)
