"""The bucket that recordings land in, and the policy that keeps plain http out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import pulumi
from tencentcloud_iac_pulumi import cos

from components import documents, lifecycle
from components.config.model import OnDestroy, plain
from gme_recording.api import LifecycleRule


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


class Storage(pulumi.ComponentResource):
    """Bucket with encryption, lifecycle rules and tags, and its TLS-only policy (`documents.tls_only`)."""

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
            opts=self._kept(args["on_destroy"]),
        )
        cos.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=documents.tls_only(args["region"], args["appid"], args["bucket"]),
            opts=pulumi.ResourceOptions(
                parent=self, retain_on_delete=True if args["on_destroy"] is OnDestroy.KEEP else None
            ),
        )
        self.bucket = bucket.bucket
        self.url = bucket.cos_bucket_url
        self.register_outputs({"bucket": self.bucket, "url": self.url})

    def _kept(self, on_destroy: OnDestroy) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            protect=True if on_destroy is OnDestroy.REFUSE else None,
            retain_on_delete=True if on_destroy is OnDestroy.KEEP else None,
        )
