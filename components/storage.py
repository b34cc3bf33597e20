"""A bucket - for recordings, for their replica or for the access log - and the policy that guards it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
from tencentcloud_iac_pulumi import cos

from components import documents, lifecycle
from components.config.keys import plain
from components.config.model import (
    OnDestroy,
)
from gme_recording.api import LifecycleRule


class ReplicaArgs(TypedDict):
    region: str
    """COS region of the copies."""
    bucket: pulumi.Input[str]
    """Full name of the bucket for the copies, which must have versioning."""


class StorageArgs(TypedDict):
    bucket: str
    """Full name, `<name>-<appid>`; checked by `config`, so it is no Input."""
    appid: str
    """APPID of the account that owns the bucket."""
    region: str
    """COS region; the provider must be configured for the same one."""
    rules: Sequence[LifecycleRule]
    """What `lifecycle.rules` made of the declared retention."""
    encryption: str
    """Server-side encryption: AES256, KMS or SM4."""
    versioning: bool
    """Whether overwritten and deleted recordings can be brought back."""
    on_destroy: OnDestroy
    """What becomes of the bucket and its recordings when the stack goes."""
    kms_key: NotRequired[str]
    """With encryption KMS: the id of the key."""
    networks: NotRequired[Sequence[str]]
    """CIDRs that users of the account come from; left out is anywhere. Needs `owner_uin`."""
    owner_uin: NotRequired[str]
    """UIN of the main account."""
    log_to: NotRequired[pulumi.Input[str]]
    """Full name of a bucket in the same region; who reads and writes is logged there."""
    replica: NotRequired[ReplicaArgs]
    """Where every object is copied to; needs versioning and `owner_uin`."""


class Storage(pulumi.ComponentResource):
    """Bucket with encryption, lifecycle rules and tags, and its policy (`documents.bucket_policy`)."""

    bucket: pulumi.Output[str]
    """Name of the bucket, known once it exists."""
    url: pulumi.Output[str]
    """Where the bucket answers."""

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gme-recording:storage:Storage", name, plain(args), opts)
        bucket = cos.Bucket(
            f"{name}-bucket",
            bucket=args["bucket"],
            acl="private",
            encryption_algorithm=args["encryption"],
            versioning_enable=args["versioning"],
            lifecycle_rules=[lifecycle.rule_args(rule) for rule in args["rules"]],
            force_clean=args["on_destroy"] is OnDestroy.EMPTY,
            kms_id=args.get("kms_key"),
            **_logging(args),
            **_replication(args),
            opts=self._kept(args["on_destroy"]),
        )
        cos.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=documents.bucket_policy(
                args["region"],
                args["appid"],
                args["bucket"],
                args.get("owner_uin", ""),
                args.get("networks", ()),
            ),
            opts=pulumi.ResourceOptions(
                parent=self, retain_on_delete=True if args["on_destroy"] is OnDestroy.KEEP else None
            ),
        )
        self.bucket = bucket.bucket
        self.url = bucket.cos_bucket_url.apply(_address)
        self.register_outputs({"bucket": self.bucket, "url": self.url})

    def _kept(self, on_destroy: OnDestroy) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            protect=True if on_destroy is OnDestroy.REFUSE else None,
            retain_on_delete=True if on_destroy is OnDestroy.KEEP else None,
        )


def _address(url: str) -> str:
    """The provider gives a bare host, unless `tencentcloud:cosDomain` is set."""
    return url if "://" in url else f"https://{url}"


def _logging(args: StorageArgs) -> dict[str, Any]:
    if "log_to" not in args:
        return {}
    return {"log_enable": True, "log_target_bucket": args["log_to"], "log_prefix": f"{args['bucket']}/"}


def _replication(args: StorageArgs) -> dict[str, Any]:
    """One rule for everything; the main account stands for who set it up, as the console does it."""
    if "replica" not in args:
        return {}
    replica, owner = args["replica"], args.get("owner_uin", "")
    destination = pulumi.Output.concat("qcs::cos:", replica["region"], "::", replica["bucket"])
    rule = cos.BucketReplicaRuleArgs(id="all", status="Enabled", prefix="", destination_bucket=destination)
    return {"replica_role": f"qcs::cam::uin/{owner}:uin/{owner}", "replica_rules": [rule]}
