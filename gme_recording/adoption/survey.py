"""What an account that records already has: read, nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.config.model import AccessPolicy
from gme_recording.api import Cam, Cloud, CloudKind, LifecycleRule, LocalCloud
from gme_recording.api.cam import Account
from gme_recording.api.cos import Cos, each
from gme_recording.api.errors import ApiError
from gme_recording.api.gme import Gme
from gme_recording.console import local
from gme_recording.console.settings import Settings
from gme_recording.deploy.lookup import LINKED_ROLE, POLICY, finder
from gme_recording.errors import ExitCode, UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket as COS shows it."""

    name: str
    """Full name, `<name>-<appid>`."""
    rules: tuple[LifecycleRule, ...]
    encryption: str
    """AES256, KMS or SM4; empty where objects are not encrypted by default."""
    kms_key: str
    """With KMS: the key's id."""
    versioning: bool
    tags: Mapping[str, str]
    log_bucket: str
    """Full name of the bucket with the access log; empty where there is none."""
    log_rules: tuple[LifecycleRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A recording set-up as it was found."""

    cloud: CloudKind
    region: str
    account: Account
    bucket: Bucket
    granted: bool
    """Whether the role is there by which GME writes to COS."""
    policies: tuple[AccessPolicy, ...]
    """CAM policies with the names that a stack gives them."""
    apps: Mapping[str, Settings]
    """Console settings, by the names that people give the applications."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person says of console settings, which no public API shows."""

    bucket: str = ""
    """Full name."""
    callback_urls: Mapping[str, str]
    """By application's name; one that is not named has none."""


def survey(cloud: Cloud, apps: Mapping[str, int], told: Told) -> Found:
    """Read what belongs to these applications (name → BizId).

    Raises ApiError, and UserError if an application does not record or they record into several buckets.
    """
    settings = {name: _settings(cloud, name, biz_id, told) for name, biz_id in apps.items()}
    buckets = {(item.bucket, item.region) for item in settings.values()}
    if len(buckets) > 1:
        names = ", ".join(sorted(bucket for bucket, _ in buckets))
        raise UserError(
            f"these applications record into several buckets: {names}",
            hint="adopt the applications of each bucket as a stack of their own",
            exit_code=ExitCode.INPUT,
        )
    (name, _), find = buckets.pop(), finder(cloud)
    return Found(
        cloud=cloud.kind,
        region=cloud.region,
        account=Cam(cloud).account(),
        bucket=_bucket(Cos(cloud), name),
        granted=find(LINKED_ROLE, {}) is not None,
        policies=tuple(policy for policy in AccessPolicy if find(POLICY, {"name": f"{name}-{policy}"})),
        apps=settings,
    )


def _settings(cloud: Cloud, name: str, biz_id: int, told: Told) -> Settings:
    settings = _local(cloud, biz_id) if cloud.kind is CloudKind.LOCAL else _told(cloud, name, biz_id, told)
    if not settings.recording:
        raise UserError(
            f"the recording service of application {biz_id} is off: there is nothing to take over",
            hint="declare it in a stack file and deploy it with gme-recording up",
            exit_code=ExitCode.INPUT,
        )
    if settings.region != cloud.region:
        raise UserError(
            f"application {biz_id} records into a bucket in {settings.region}, not in {cloud.region}",
            hint=f"--region {settings.region}",
            exit_code=ExitCode.INPUT,
        )
    return settings


def _local(cloud: Cloud, biz_id: int) -> Settings:
    return local.read(LocalCloud(cloud.url), biz_id)


def _told(cloud: Cloud, name: str, biz_id: int, told: Told) -> Settings:
    """Where no API shows the switch (DescribeApplicationList is mainland's alone), a probe proves it."""
    if not told.bucket:
        raise UserError(
            f"which bucket application {biz_id} records into, only the GME console shows",
            hint="--bucket <name>-<appid>, as Service Management → Details shows it",
            exit_code=ExitCode.INPUT,
        )
    gme = Gme(cloud)
    try:
        listed = gme.find_app(biz_id)
    except ApiError:
        listed = None
    return Settings(
        biz_id=biz_id,
        recording=listed.recording if listed else gme.is_activated(biz_id),
        scope="custom",
        bucket=told.bucket,
        region=cloud.region,
        callback_url=told.callback_urls.get(name, ""),
    )


def _bucket(cos: Cos, name: str) -> Bucket:
    cos.bucket_region(name)
    encryption = cos.encryption(name)
    log_bucket = cos.log_bucket(name)
    return Bucket(
        name=name,
        rules=cos.lifecycle(name),
        encryption=encryption,
        kms_key=_kms_key(cos, name) if encryption == "KMS" else "",
        versioning=cos.versioning(name),
        tags=cos.tags(name),
        log_bucket=log_bucket,
        log_rules=cos.lifecycle(log_bucket) if log_bucket else (),
    )


def _kms_key(cos: Cos, name: str) -> str:
    def ask(sdk: Any) -> Any:
        return sdk.get_bucket_encryption(Bucket=name)

    for rule in each(cos.call("GetBucketEncryption", ask).get("Rule")):
        for default in rule.values():
            return str(default.get("KMSMasterKeyID") or "")
    return ""
