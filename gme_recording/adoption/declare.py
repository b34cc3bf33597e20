"""A set-up as it was found → the stack file that declares exactly this (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import lifecycle, retention
from components.config import words
from components.config.model import AccessPolicy, Grant, OnDestroy
from gme_recording.adoption.bucket import Bucket
from gme_recording.adoption.survey import Found
from gme_recording.api import CloudKind, LifecycleRule
from gme_recording.console.settings import Confirmation, Settings
from gme_recording.smoke import Mode

CLASSES = {
    lifecycle.STANDARD_IA: "infrequent_after",
    lifecycle.ARCHIVE: "archive_after",
    lifecycle.DEEP_ARCHIVE: "deep_archive_after",
}
LONGEST_DAYS = 3650
"""What is declared where old versions are kept for ever, which no stack file can say."""
USERS = {
    AccessPolicy.RECORDER: "operators",
    AccessPolicy.READER: "readers",
    AccessPolicy.ERASER: "erasers",
    AccessPolicy.AUDITOR: "auditors",
    AccessPolicy.DEPLOYER: "deployers",
}
"""The key of a stack file below which the users with a policy are named."""


def stack_config(found: Found, confirmed: Mapping[str, Confirmation], grant: Grant) -> dict[str, Any]:
    """Return the `config` of a stack file; `confirmed` is by application's name."""
    home, *others = found.buckets
    storages = {bucket.region: _storage(bucket, found.account.appid) for bucket in found.buckets}
    own: dict[str, Any] = {
        "cloud": str(found.cloud),
        "appid": found.account.appid,
        "region": home.region,
        "storage": storages[home.region],
    }
    if others:
        own["storages"] = {bucket.region: storages[bucket.region] for bucket in others}
    own["access"] = _access(found, grant)
    own["apps"] = [
        _app(found, name, storages[settings.region]["retention"], confirmed.get(name))
        for name, settings in found.apps.items()
    ]
    own["smoke"] = _smoke(found)
    if tags := {key: value for bucket in reversed(found.buckets) for key, value in bucket.tags.items()}:
        own["tags"] = dict(sorted(tags.items()))
    return {
        **_routing(found.cloud, home.region),
        **{f"gme-recording:{key}": value for key, value in own.items()},
    }


def _routing(cloud: CloudKind, region: str) -> dict[str, str]:
    routing = {"tencentcloud:region": region}
    if cloud is CloudKind.LOCAL:
        routing["tencentcloud:protocol"] = "HTTP"
        routing["tencentcloud:cosDomain"] = f"http://cos.{region}.myqcloud.com"
    return routing


def _storage(bucket: Bucket, appid: str) -> dict[str, Any]:
    storage: dict[str, Any] = {
        "name": bucket.name.removesuffix(f"-{appid}"),
        "retention": _retention(bucket.rules, "", versioning=bucket.versioning),
        "encryption": bucket.encryption or "AES256",
    }
    if bucket.kms_key:
        storage["kms_key"] = bucket.kms_key
    if bucket.versioning:
        storage["versioning"] = True
    if bucket.networks:
        storage["allowed_networks"] = [*bucket.networks]
    if log := bucket.log:
        stages, _, _ = retention.of_prefix(log.rules, "")
        storage["access_log"] = {
            "name": log.name.removesuffix(f"-{appid}"),
            "keep": words.render_days(stages[-1].to_day),
        }
    if copies := bucket.copies:
        storage["replica"] = {"region": copies.region, "name": copies.name.removesuffix(f"-{appid}")}
    return {**storage, "on_destroy": str(OnDestroy.REFUSE)}


def _access(found: Found, grant: Grant) -> dict[str, Any]:
    access: dict[str, Any] = {"grant": str(grant)}
    if unused := [str(policy) for policy, users in found.policies.items() if not users]:
        access["policies"] = unused
    return access | {USERS[policy]: [*users] for policy, users in found.policies.items() if users}


def _app(
    found: Found, name: str, of_bucket: Mapping[str, str], confirmation: Confirmation | None
) -> dict[str, Any]:
    settings = found.apps[name]
    bucket = _bucket_of(found, settings)
    app: dict[str, Any] = {"name": name, "bizId": settings.biz_id}
    if bucket is not found.buckets[0]:
        app["region"] = bucket.region
    if settings.scope != "custom":
        app |= {"scope": settings.scope, "allowFullScope": True}
    if settings.callback_url:
        app["callbackUrl"] = settings.callback_url
    own = _retention(bucket.rules, f"{settings.biz_id}_", versioning=bucket.versioning)
    if own != of_bucket:
        app["retention"] = own
    if confirmation:
        app["console"] = {
            "confirmed": confirmation.fingerprint,
            "by": confirmation.by,
            "on": confirmation.on,
        }
    return app


def _bucket_of(found: Found, settings: Settings) -> Bucket:
    return next(bucket for bucket in found.buckets if bucket.region == settings.region)


def _retention(rules: Sequence[LifecycleRule], prefix: str, *, versioning: bool) -> dict[str, str]:
    """What the rules make of the keys below a prefix, in the words of a stack file."""
    stages, recoverable, aborts = retention.of_prefix(rules, prefix)
    found = {"keep": words.render_days(stages[-1].to_day)}
    found |= {
        CLASSES[stage.storage_class]: words.render_days(stage.from_day)
        for stage in stages
        if stage.storage_class in CLASSES
    }
    if aborts not in {None, 1}:
        found["abort_uploads_after"] = words.render_days(aborts)
    if versioning:
        found["keep_versions"] = words.render_days(recoverable or LONGEST_DAYS)
    return found


def _smoke(found: Found) -> dict[str, str]:
    """A full test only where the bucket has the rules of one: it records, and needs a player in its room."""
    for settings in found.apps.values():
        begins = f"{settings.biz_id}_"
        for rule in _bucket_of(found, settings).rules:
            if rule.id == f"smoke-{settings.biz_id}-mixed" and rule.prefix.startswith(begins):
                return {"mode": str(Mode.FULL), "room": rule.prefix.removeprefix(begins).rstrip("/")}
    return {"mode": str(Mode.PROBE)}
