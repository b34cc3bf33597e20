"""The parts that a bucket's settings have in COS: each read and written by requests of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from gme_recording.errors import UserError
from providers.kit.values import Values
from providers.tencentcloud.clients import Cos
from providers.tencentcloud.cos import bucket_lifecycle, bucket_replication

EVERYBODY = "http://cam.qcloud.com/groups/global/AllUsers"
TIERING = ("enableIntelligentTiering", "intelligentTieringDays", "intelligentTieringRequestFrequent")


@dataclass(frozen=True, slots=True)
class Part:
    """One sub-resource of a bucket."""

    properties: frozenset[str]
    """Those that `write` looks at: if one of them changes, the part is written whole."""
    read: Callable[[Cos, str], dict[str, Any]]
    write: Callable[[Cos, str, Values], None]
    seen_through_domain: bool = True
    """False if the official provider does not read it where `cosDomain` is configured."""


def _read_acl(cos: Cos, bucket: str) -> dict[str, Any]:
    found = cos.read("acl", bucket)
    grants = (found.get("AccessControlList") or {}).get("Grant") or []
    public = {each["Permission"] for each in grants if each["Grantee"].get("URI") == EVERYBODY}
    acl = "private"
    if "READ" in public:
        acl = "public-read-write" if "WRITE" in public else "public-read"
    return {"acl": acl, "aclBody": _acl_body(found["Owner"], grants)}


def _acl_body(owner: Mapping[str, str], grants: list[Mapping[str, Any]]) -> str:
    """Return the document as the official provider keeps it."""
    listed = "".join(
        f'<Grant><Grantee type="{each["Grantee"]["Type"]}">'
        f"{_tags(each['Grantee'], 'ID', 'DisplayName', 'URI')}</Grantee>{_tags(each, 'Permission')}</Grant>"
        for each in grants
    )
    return (
        f"<AccessControlPolicy><Owner>{_tags(owner, 'ID', 'DisplayName')}</Owner>"
        f"<AccessControlList>{listed}</AccessControlList></AccessControlPolicy>"
    )


def _tags(found: Mapping[str, Any], *names: str) -> str:
    return "".join(f"<{name}>{escape(found[name])}</{name}>" for name in names if found.get(name))


def _write_acl(cos: Cos, bucket: str, wanted: Values) -> None:
    cos.call("put_bucket_acl", bucket, ACL=wanted.get("acl") or "private")


def _read_tags(cos: Cos, bucket: str) -> dict[str, Any]:
    """Leave tags out where there are none: the official provider does not tell none from empty."""
    found = cos.read("tagging", bucket, "NoSuchTagSet", "NoSuchTagSetError").get("TagSet") or {}
    tags = {tag["Key"]: tag["Value"] or "" for tag in found.get("Tag") or ()}
    return {"tags": tags}


def _write_tags(cos: Cos, bucket: str, wanted: Values) -> None:
    if tags := wanted.get("tags"):
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        cos.call("put_bucket_tagging", bucket, Tagging={"TagSet": {"Tag": listed}})
    else:
        cos.call("delete_bucket_tagging", bucket)


_CORS = {
    "allowedOrigins": "AllowedOrigin",
    "allowedMethods": "AllowedMethod",
    "allowedHeaders": "AllowedHeader",
    "exposeHeaders": "ExposeHeader",
}


def _read_cors(cos: Cos, bucket: str) -> dict[str, Any]:
    found = cos.read("cors", bucket, "NoSuchCORSConfiguration").get("CORSRule") or ()
    return {
        "corsRules": [
            {name: each.get(vendor) or [] for name, vendor in _CORS.items()}
            | {"maxAgeSeconds": int(each.get("MaxAgeSeconds") or 0)}
            for each in found
        ]
    }


def _write_cors(cos: Cos, bucket: str, wanted: Values) -> None:
    if rules := wanted.get("corsRules"):
        sent = [
            {vendor: each[name] for name, vendor in _CORS.items() if each.get(name)}
            | {"MaxAgeSeconds": each.get("maxAgeSeconds") or 0}
            for each in rules
        ]
        cos.call("put_bucket_cors", bucket, CORSConfiguration={"CORSRule": sent})
    else:
        cos.call("delete_bucket_cors", bucket)


def _read_encryption(cos: Cos, bucket: str) -> dict[str, Any]:
    found = cos.read("encryption", bucket, "NoSuchEncryptionConfiguration")
    rule = found["Rule"][0]["ApplyServerSideEncryptionByDefault"] if found.get("Rule") else {}
    return {
        "encryptionAlgorithm": rule.get("SSEAlgorithm") or "",
        "kmsId": rule.get("KMSMasterKeyID") or "",
    }


def _write_encryption(cos: Cos, bucket: str, wanted: Values) -> None:
    if not wanted.get("encryptionAlgorithm"):
        cos.call("delete_bucket_encryption", bucket)
        return
    by_default = {"SSEAlgorithm": wanted["encryptionAlgorithm"]}
    if wanted.get("kmsId"):
        by_default["KMSMasterKeyID"] = wanted["kmsId"]
    configuration = {"Rule": [{"ApplyServerSideEncryptionByDefault": by_default}]}
    cos.call("put_bucket_encryption", bucket, ServerSideEncryptionConfiguration=configuration)


def _read_versioning(cos: Cos, bucket: str) -> dict[str, Any]:
    return {"versioningEnable": cos.read("versioning", bucket).get("Status") == "Enabled"}


def _write_versioning(cos: Cos, bucket: str, wanted: Values) -> None:
    status = "Enabled" if wanted.get("versioningEnable") else "Suspended"
    cos.call("put_bucket_versioning", bucket, Status=status)


def _read_logging(cos: Cos, bucket: str) -> dict[str, Any]:
    found = cos.read("logging", bucket).get("LoggingEnabled") or {}
    return {
        "logEnable": bool(found),
        "logTargetBucket": found.get("TargetBucket") or "",
        "logPrefix": found.get("TargetPrefix") or "",
    }


def _write_logging(cos: Cos, bucket: str, wanted: Values) -> None:
    status = {}
    if wanted.get("logEnable"):
        target = {"TargetBucket": wanted["logTargetBucket"], "TargetPrefix": wanted.get("logPrefix") or ""}
        status = {"LoggingEnabled": target}
    cos.call("put_bucket_logging", bucket, BucketLoggingStatus=status)


def _read_acceleration(cos: Cos, bucket: str) -> dict[str, Any]:
    return {"accelerationEnable": "<Status>Enabled</Status>" in cos.exchange("GET", "accelerate", bucket)}


def _write_acceleration(cos: Cos, bucket: str, wanted: Values) -> None:
    status = "Enabled" if wanted.get("accelerationEnable") else "Suspended"
    document = f"<AccelerateConfiguration><Status>{status}</Status></AccelerateConfiguration>"
    cos.exchange("PUT", "accelerate", bucket, document)


def _read_tiering(cos: Cos, bucket: str) -> dict[str, Any]:
    """Leave everything out where it was never switched on: the official provider does."""
    found = cos.read("intelligenttiering", bucket, "NoSuchIntelligentTieringConfiguration")
    if not found:
        return {}
    return {
        "enableIntelligentTiering": found.get("Status") == "Enabled",
        "intelligentTieringDays": int(found["Transition"]["Days"]),
        "intelligentTieringRequestFrequent": int(found["Transition"]["RequestFrequent"]),
    }


def _write_tiering(cos: Cos, bucket: str, wanted: Values) -> None:
    if not all(wanted.get(name) for name in TIERING):
        raise UserError(
            f"intelligent tiering of {bucket} is to be declared whole, and cannot be switched off again",
            hint=f"give {', '.join(TIERING)}",
        )
    transition = {"Days": wanted[TIERING[1]], "RequestFrequent": wanted[TIERING[2]]}
    configuration = {"Status": "Enabled", "Transition": transition}
    cos.call("put_bucket_intelligenttiering", bucket, IntelligentTieringConfiguration=configuration)


PARTS = (
    Part(frozenset({"acl"}), _read_acl, _write_acl),
    Part(frozenset({"corsRules"}), _read_cors, _write_cors),
    Part(frozenset({"lifecycleRules"}), bucket_lifecycle.read, bucket_lifecycle.write),
    Part(frozenset({"encryptionAlgorithm", "kmsId"}), _read_encryption, _write_encryption),
    Part(frozenset({"versioningEnable"}), _read_versioning, _write_versioning),
    Part(frozenset({"tags"}), _read_tags, _write_tags),
    Part(frozenset({"accelerationEnable"}), _read_acceleration, _write_acceleration),
    Part(frozenset(TIERING), _read_tiering, _write_tiering),
    Part(
        frozenset({"replicaRole", "replicaRules"}),
        bucket_replication.read,
        bucket_replication.write,
        seen_through_domain=False,
    ),
    Part(frozenset({"logEnable", "logTargetBucket", "logPrefix"}), _read_logging, _write_logging),
)
