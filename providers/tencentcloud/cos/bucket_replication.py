"""A bucket's cross-region replication: the table of its rules, and the way from and to COS's form of them."""

from __future__ import annotations

from typing import Any

from gme_recording.errors import UserError
from providers.kit.property import Property
from providers.kit.values import Values
from providers.tencentcloud.clients import Cos

ABSENT = "ReplicationConfigurationNotFoundError"

RULE = (
    Property(name="id"),
    Property(name="status", required=True),
    Property(name="prefix"),
    Property(name="destinationBucket", required=True),
    Property(name="destinationStorageClass"),
)


def require_versions(wanted: Values) -> None:
    """Raise UserError, as the official provider does, where a bucket without versions is to be replicated."""
    if wanted.get("replicaRole") and not wanted.get("versioningEnable"):
        raise UserError(
            "a bucket without versions cannot be replicated", hint="declare versioningEnable: true"
        )


def read(cos: Cos, bucket: str) -> dict[str, Any]:
    """Return role and rules."""
    found = cos.read("replication", bucket, ABSENT)
    return {
        "replicaRole": found.get("Role") or "",
        "replicaRules": [
            {
                "id": each.get("ID") or "",
                "status": each["Status"],
                "prefix": each.get("Prefix") or "",
                "destinationBucket": each["Destination"]["Bucket"],
                "destinationStorageClass": each["Destination"].get("StorageClass") or "",
            }
            for each in found.get("Rule") or ()
        ],
    }


def write(cos: Cos, bucket: str, wanted: Values) -> None:
    """Replace role and rules, or end the replication; copies that were made stay."""
    require_versions(wanted)
    if rules := wanted.get("replicaRules"):
        configuration = {"Role": wanted["replicaRole"], "Rule": [_sent(each) for each in rules]}
        cos.call("put_bucket_replication", bucket, ReplicationConfiguration=configuration)
    else:
        cos.call("delete_bucket_replication", bucket)


def _sent(rule: Values) -> dict[str, Any]:
    destination = {"Bucket": rule["destinationBucket"], "StorageClass": rule.get("destinationStorageClass")}
    parts = {
        "ID": rule.get("id"),
        "Status": rule["status"],
        "Prefix": rule.get("prefix"),
        "Destination": {name: part for name, part in destination.items() if part},
    }
    return {name: part for name, part in parts.items() if part}
