"""Retention to COS lifecycle rules (pure).

On one object the rule that expires first wins, whatever their order (436/17028), so a rule for the whole
bucket would cut short every longer retention. Therefore each application has a rule of its own, on the
prefix that all its keys begin with, and the rule for the rest of the bucket keeps as long as the longest of
them. Rules are ordered and have ids for good: the provider compares them as a list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.api import LifecycleRule
from gme_recording.smoke import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tencentcloud_iac_pulumi.cos import BucketLifecycleRuleArgsDict

    from components.config.model import AccessLog, App, Place, Retention, Smoke

STANDARD = "STANDARD"
STANDARD_IA = "STANDARD_IA"
ARCHIVE = "ARCHIVE"
DEEP_ARCHIVE = "DEEP_ARCHIVE"

MINIMUM_BILLED_DAYS = {STANDARD: 0, STANDARD_IA: 30, ARCHIVE: 90, DEEP_ARCHIVE: 180}
"""Storage classes, warmest first. Leaving one earlier is billed up to this age in it (436/17028)."""

SMOKE_TEST_KEEPS_DAYS = 1


def app_prefix(app: App) -> str:
    """What every recording's key of the application begins with; `_` ends the id, so ids never overlap."""
    return f"{app.biz_id}_"


def smoke_prefixes(app: App, room: str) -> tuple[str, str]:
    """A room's keys begin with `<bizId>_<room>/` (mixed stream) and `<bizId>_<room>_` (single streams)."""
    return f"{app_prefix(app)}{room}/", f"{app_prefix(app)}{room}_"


def rules(place: Place, smoke: Smoke) -> tuple[LifecycleRule, ...]:
    """All rules of one bucket: the rest of the bucket, then the applications in order of ids."""
    apps = sorted(place.apps, key=lambda app: app.biz_id)
    versioning = place.storage.versioning
    retentions = [place.storage.retention, *(place.retention_of(app) for app in apps)]
    found = [_rest_of_bucket(retentions, versioning=versioning)]
    for app in apps:
        found.append(_app(app, place.retention_of(app), versioning=versioning))
        if smoke.mode is Mode.FULL:
            found.extend(_smoke_test(app, smoke.room, versioning=versioning))
    return tuple(found)


def log_rules(log: AccessLog) -> tuple[LifecycleRule, ...]:
    """The rule of an access log's bucket."""
    return (LifecycleRule(id="access-log", expire_days=log.keep_days, abort_uploads_days=1),)


def rule_args(rule: LifecycleRule) -> BucketLifecycleRuleArgsDict:
    """The rule as the provider reads it back, so that a refresh proposes nothing."""
    args: BucketLifecycleRuleArgsDict = {"id": rule.id, "filter_prefix": rule.prefix}
    if rule.transitions:
        args["transitions"] = [{"days": days, "storage_class": name} for days, name in rule.transitions]
    if rule.expire_days is not None:
        args["expiration"] = {"days": rule.expire_days}
    if rule.noncurrent_expire_days is not None:
        args["non_current_expiration"] = {"non_current_days": rule.noncurrent_expire_days}
    if rule.abort_uploads_days is not None:
        args["abort_incomplete_multipart_upload"] = {"days_after_initiation": rule.abort_uploads_days}
    return args


def _rest_of_bucket(retentions: Iterable[Retention], *, versioning: bool) -> LifecycleRule:
    all_of_them = tuple(retentions)
    keeps = [retention.keep_days for retention in all_of_them if retention.keep_days is not None]
    return LifecycleRule(
        id="default",
        expire_days=max(keeps) if len(keeps) == len(all_of_them) else None,
        noncurrent_expire_days=max(r.keep_versions_days for r in all_of_them) if versioning else None,
        abort_uploads_days=max(r.abort_uploads_after_days for r in all_of_them),
    )


def _app(app: App, retention: Retention, *, versioning: bool) -> LifecycleRule:
    moves = (
        (retention.infrequent_after_days, STANDARD_IA),
        (retention.archive_after_days, ARCHIVE),
        (retention.deep_archive_after_days, DEEP_ARCHIVE),
    )
    return LifecycleRule(
        id=f"app-{app.biz_id}",
        prefix=app_prefix(app),
        expire_days=retention.keep_days,
        transitions=tuple((days, name) for days, name in moves if days is not None),
        noncurrent_expire_days=retention.keep_versions_days if versioning else None,
        abort_uploads_days=retention.abort_uploads_after_days,
    )


def _smoke_test(app: App, room: str, *, versioning: bool) -> Iterable[LifecycleRule]:
    for stream, prefix in zip(("mixed", "single"), smoke_prefixes(app, room), strict=True):
        yield LifecycleRule(
            id=f"smoke-{app.biz_id}-{stream}",
            prefix=prefix,
            expire_days=SMOKE_TEST_KEEPS_DAYS,
            noncurrent_expire_days=SMOKE_TEST_KEEPS_DAYS if versioning else None,
        )
