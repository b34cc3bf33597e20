"""A set-up as it was found → the stack file that declares exactly this (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components import lifecycle, retention
from components.config import words
from components.config.model import Grant, OnDestroy
from gme_recording.adoption.survey import Bucket, Found
from gme_recording.api import CloudKind, LifecycleRule
from gme_recording.console.settings import Confirmation, Settings
from gme_recording.smoke import Mode

CLASSES = {
    lifecycle.STANDARD_IA: "infrequent_after",
    lifecycle.ARCHIVE: "archive_after",
    lifecycle.DEEP_ARCHIVE: "deep_archive_after",
}


def stack_config(found: Found, confirmed: Mapping[str, Confirmation]) -> dict[str, Any]:
    """Return the `config` of a stack file; `confirmed` is by application's name."""
    storage = _storage(found)
    own = {
        "cloud": str(found.cloud),
        "appid": found.account.appid,
        "region": found.region,
        "storage": storage,
        "access": {
            "grant": str(Grant.CREATE),
            **({"policies": [str(policy) for policy in found.policies]} if found.policies else {}),
        },
        "apps": [
            _app(found.bucket, name, settings, storage["retention"], confirmed.get(name))
            for name, settings in found.apps.items()
        ],
        "smoke": _smoke(found),
    }
    if found.bucket.tags:
        own["tags"] = dict(sorted(found.bucket.tags.items()))
    return {**_routing(found), **{f"gme-recording:{key}": value for key, value in own.items()}}


def _routing(found: Found) -> dict[str, str]:
    routing = {"tencentcloud:region": found.region}
    if found.cloud is CloudKind.LOCAL:
        routing["tencentcloud:protocol"] = "HTTP"
        routing["tencentcloud:cosDomain"] = f"http://cos.{found.region}.myqcloud.com"
    return routing


def _storage(found: Found) -> dict[str, Any]:
    bucket, appid = found.bucket, found.account.appid
    storage: dict[str, Any] = {
        "name": bucket.name.removesuffix(f"-{appid}"),
        "retention": _retention(bucket.rules, "", versioning=bucket.versioning),
        "encryption": bucket.encryption or "AES256",
    }
    if bucket.kms_key:
        storage["kms_key"] = bucket.kms_key
    if bucket.versioning:
        storage["versioning"] = True
    if bucket.log_bucket.endswith(f"-{appid}"):
        stages, _, _ = retention.of_prefix(bucket.log_rules, "")
        storage["access_log"] = {
            "name": bucket.log_bucket.removesuffix(f"-{appid}"),
            "keep": words.render_days(stages[-1].to_day),
        }
    return {**storage, "on_destroy": str(OnDestroy.REFUSE)}


def _app(
    bucket: Bucket,
    name: str,
    settings: Settings,
    of_bucket: Mapping[str, str],
    confirmation: Confirmation | None,
) -> dict[str, Any]:
    app: dict[str, Any] = {"name": name, "bizId": settings.biz_id}
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
    if versioning and recoverable:
        found["keep_versions"] = words.render_days(recoverable)
    return found


def _smoke(found: Found) -> dict[str, str]:
    """A full test only where the bucket has the rules of one: it records, and needs a player in its room."""
    for settings in found.apps.values():
        begins = f"{settings.biz_id}_"
        for rule in found.bucket.rules:
            if rule.id == f"smoke-{settings.biz_id}-mixed" and rule.prefix.startswith(begins):
                return {"mode": str(Mode.FULL), "room": rule.prefix.removeprefix(begins).rstrip("/")}
    return {"mode": str(Mode.PROBE)}
