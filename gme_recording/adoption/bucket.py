"""A bucket as COS shows it: read, nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components import documents, lifecycle
from gme_recording.api import Cos, LifecycleRule
from gme_recording.api.cam import Account
from gme_recording.api.cos import each, parse_rule
from gme_recording.api.errors import ApiError

_NOT_SET = frozenset({"NoSuchLifecycleConfiguration", "ReplicationConfigurationNotFoundError"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Where a bucket is replicated to as a whole."""

    region: str
    bucket: str
    """Full name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What a stack can declare of a bucket, and what of its lifecycle it cannot."""

    name: str
    """Full name, `<name>-<appid>`."""
    region: str
    rules: tuple[LifecycleRule, ...] = ()
    odd_rules: Mapping[str, str]
    """Lifecycle rules that no stack can declare: id → what they do, in words."""
    encryption: str = ""
    """AES256, KMS or SM4; empty where objects are not encrypted by default."""
    kms_key: str = ""
    """With KMS: the key's id."""
    versioning: bool = False
    tags: Mapping[str, str]
    policy: str = ""
    """The bucket policy's JSON; empty where there is none."""
    networks: tuple[str, ...] = ()
    """From where the policy lets people come, where it is the one that a stack makes."""
    log: Bucket | None = None
    """The bucket that its access log goes to, if a stack can declare that."""
    copies: Bucket | None = None
    """Its replica, if a stack can declare that."""


def read(cos_in: Callable[[str], Cos], region: str, name: str, account: Account) -> Bucket:
    """Read a bucket with the buckets of its access log and its replica; `cos_in` reads those of a region."""
    bucket = _read(cos_in(region), region, name, account)
    values = {part: getattr(bucket, part) for part in bucket.__slots__}
    log, copies = cos_in(region).log_bucket(name), _copies(cos_in(region), name)
    ours = f"-{account.appid}"
    if log.endswith(ours) and log != name:
        values["log"] = _read(cos_in(region), region, log, account)
    if bucket.versioning and copies and copies.bucket.endswith(ours) and copies.region != region:
        values["copies"] = _read(cos_in(copies.region), copies.region, copies.bucket, account)
    return Bucket(**values)


def _read(cos: Cos, region: str, name: str, account: Account) -> Bucket:
    encryption, policy = cos.encryption(name), cos.policy(name)
    rules = each(
        _asked(cos, "GetBucketLifecycle", lambda sdk: sdk.get_bucket_lifecycle(Bucket=name)).get("Rule")
    )
    odd = {str(rule.get("ID") or ""): why for rule in rules if (why := ", ".join(_oddities(rule)))}
    plain = (parse_rule(rule) for rule in rules if not any(_oddities(rule)))
    return Bucket(
        name=name,
        region=region,
        rules=tuple(sorted(plain, key=lambda rule: rule.id)),
        odd_rules=odd,
        encryption=encryption,
        kms_key=_kms_key(cos, name) if encryption == "KMS" else "",
        versioning=cos.versioning(name),
        tags=cos.tags(name),
        policy=policy,
        networks=_networks(policy, region, name, account),
    )


def _oddities(rule: Mapping[str, Any]) -> Iterator[str]:
    ends, moves = rule.get("Expiration") or {}, each(rule.get("Transition"))
    if rule.get("Status") != "Enabled":
        yield "is disabled"
    if {*(rule.get("Filter") or {})} - {"Prefix"}:
        yield "is for some objects only"
    if ends.get("Date") or any(move.get("Date") for move in moves):
        yield "goes by a date"
    if unknown := sorted({str(move["StorageClass"]) for move in moves} - {*lifecycle.MINIMUM_BILLED_DAYS}):
        yield f"moves objects to {', '.join(unknown)}"
    if rule.get("NoncurrentVersionTransition"):
        yield "moves old versions"


def _copies(cos: Cos, name: str) -> Copies | None:
    """Return the replica of a bucket that has one rule, for everything."""
    found = _asked(cos, "GetBucketReplication", lambda sdk: sdk.get_bucket_replication(Bucket=name))
    match each(found.get("Rule")):
        case ({"Status": "Enabled", "Destination": {"Bucket": str(target)}} as rule,) if not rule.get(
            "Prefix"
        ):
            region, _, bucket = target.removeprefix("qcs::cos:").partition("::")
            return Copies(region=region, bucket=bucket)
    return None


def _networks(policy: str, region: str, name: str, account: Account) -> tuple[str, ...]:
    """Return the networks of a policy that says what a stack's would say with them, and nothing else."""
    said = json.loads(policy or "{}")
    for statement in said.get("statement") or said.get("Statement") or ():
        networks = (statement.get("condition") or {}).get("ip_not_equal", {}).get("qcs:ip") or ()
        found = tuple(networks) if isinstance(networks, list) else ()
        declared = documents.bucket_policy(region, account.appid, name, account.owner_uin, found)
        if found and json.loads(declared) == said:
            return found
    return ()


def _asked(cos: Cos, action: str, ask: Callable[[Any], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return cos.call(action, ask)
    except ApiError as error:
        if error.code in _NOT_SET:
            return {}
        raise


def _kms_key(cos: Cos, name: str) -> str:
    answer = cos.call("GetBucketEncryption", lambda sdk: sdk.get_bucket_encryption(Bucket=name))
    for rule in each(answer.get("Rule")):
        for default in rule.values():
            return str(default.get("KMSMasterKeyID") or "")
    return ""
