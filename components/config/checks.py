"""Rules across several keys, each one function; the tables at the end say what they need.

A check sees a `Stack` in which a value that could not be read is None (a required one) or its default. It is
skipped when a key it needs could not be read, so that one mistake is reported once.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import SplitResult, urlsplit

from components.config.model import Encryption, OnDestroy, Retention, Scope, Stack
from components.config.words import render_days, render_seconds
from gme_recording.api import CloudKind
from gme_recording.errors import Problem, Severity
from gme_recording.smoke import Mode

REGIONS = (
    "ap-bangkok",
    "ap-beijing",
    "ap-beijing-1",
    "ap-beijing-fsi",
    "ap-chengdu",
    "ap-chongqing",
    "ap-guangzhou",
    "ap-hongkong",
    "ap-jakarta",
    "ap-mumbai",
    "ap-nanjing",
    "ap-seoul",
    "ap-shanghai",
    "ap-shanghai-fsi",
    "ap-shenzhen-fsi",
    "ap-singapore",
    "ap-tokyo",
    "eu-frankfurt",
    "eu-moscow",
    "na-ashburn",
    "na-siliconvalley",
    "na-toronto",
    "sa-saopaulo",
)
"""COS regions (436/6224). Which of them GME can write to is not documented."""

LONGEST_BUCKET_NAME = 60
MOST_APPS = 300
"""COS takes 1,000 lifecycle rules a bucket (436/17028); an application needs up to three."""

MINIMUM_BILLED_DAYS = {"infrequent_after": 30, "archive_after": 90, "deep_archive_after": 180}
"""Leaving a storage class earlier is billed up to this age (436/17028)."""

FULL_SCOPE = (
    "custom: with full recording every room of the application is recorded, and the calls that start, "
    "stop and look up recordings fail"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule: the keys it looks at (below `gme-recording:`), and what finds its problems."""

    needs: tuple[str, ...]
    find: Callable[[Stack], Iterable[Problem]]


def problems(stack: Stack, unread: AbstractSet[str]) -> Iterator[Problem]:
    """Everything that is wrong across keys; `unread` are the keys whose value could not be read."""
    for check in CHECKS:
        if not any(_covers(key, need) for key in unread for need in check.needs):
            yield from check.find(stack)


def warnings(stack: Stack) -> Iterator[Problem]:
    """What COS and GME accept, and what probably is not meant."""
    for find in WARNINGS:
        yield from find(stack)


def bucket_name_fits(stack: Stack) -> Iterator[Problem]:
    longest = LONGEST_BUCKET_NAME - len(stack.appid) - 1
    if len(stack.storage.name) > longest:
        allowed = f"at most {longest} characters: the bucket is called <name>-<appid>, 60 characters in all"
        yield _problem("storage.name", stack.storage.name, allowed)


def region_is_known(stack: Stack) -> Iterator[Problem]:
    if stack.region not in REGIONS:
        yield _problem("region", stack.region, "a COS region: " + ", ".join(REGIONS))


def provider_uses_the_region(stack: Stack) -> Iterator[Problem]:
    if stack.routing.region != stack.region:
        allowed = f"{stack.region}, as gme-recording:region: the provider makes the bucket in its own region"
        yield Problem("tencentcloud:region", stack.routing.region, allowed)


def requests_go_to_the_declared_cloud(stack: Stack) -> Iterator[Problem]:
    """The local cloud is reached over http through a proxy; the real one never is."""
    for_local = {"protocol": "HTTP", "cos_domain": f"http://cos.{stack.region}.myqcloud.com"}
    for part, key in (("protocol", "tencentcloud:protocol"), ("cos_domain", "tencentcloud:cosDomain")):
        found = getattr(stack.routing, part)
        if stack.cloud is CloudKind.LOCAL and found != for_local[part]:
            yield Problem(key, found, f"{for_local[part]}, with gme-recording:cloud local")
        if stack.cloud is CloudKind.TENCENT and found:
            yield Problem(key, found, "not set, with gme-recording:cloud tencent", hint="remove the line")


def colder_comes_later(stack: Stack) -> Iterator[Problem]:
    for where, retention in _retentions(stack):
        last_key, last_day = "", -1
        for key, day in _stages(retention):
            if day <= last_day:
                allowed = f"later than {last_key} ({render_days(last_day)}): storage only ever gets colder"
                if key == "keep":
                    allowed = f"later than {last_key} ({render_days(last_day)}): what has expired cannot move"
                yield _problem(f"{where}.{key}", render_days(day), allowed)
            last_key, last_day = key, max(day, last_day)


def apps_are_told_apart(stack: Stack) -> Iterator[Problem]:
    if not 1 <= len(stack.apps) <= MOST_APPS:
        yield _problem("apps", str(len(stack.apps)), f"1 to {MOST_APPS} applications")
    names: list[str | None] = [app.name for app in stack.apps]
    biz_ids = [str(app.biz_id) if app.biz_id else None for app in stack.apps]
    for key, values in (("name", names), ("bizId", biz_ids)):
        for at, value in enumerate(values):
            first = values.index(value)
            if value is not None and first < at:
                yield _problem(f"apps[{at}].{key}", value, f"different from that of apps[{first}]")


def full_scope_is_meant(stack: Stack) -> Iterator[Problem]:
    for at, app in enumerate(stack.apps):
        if app.scope is Scope.FULL and not app.allow_full_scope:
            hint = "allowFullScope: true, if that is what you want"
            yield _problem(f"apps[{at}].scope", app.scope, FULL_SCOPE, hint=hint)
        elif app.scope is Scope.FULL and stack.smoke.mode is Mode.FULL:
            allowed = f"{Mode.PROBE} or {Mode.OFF}: {app.name} has scope full, so no recording can be started"
            yield _problem("smoke.mode", stack.smoke.mode, allowed)


def callbacks_can_arrive(stack: Stack) -> Iterator[Problem]:
    for at, app in enumerate(stack.apps):
        wrong = _callback_problem(app.callback_url, public=stack.cloud is CloudKind.TENCENT)
        if app.callback_url and wrong:
            yield _problem(f"apps[{at}].callbackUrl", _without_password(app.callback_url), wrong)


def smoke_test_has_time(stack: Stack) -> Iterator[Problem]:
    if stack.smoke.timeout_seconds <= stack.smoke.record_seconds:
        allowed = f"longer than smoke.record ({render_seconds(stack.smoke.record_seconds)})"
        yield _problem("smoke.timeout", render_seconds(stack.smoke.timeout_seconds), allowed)


def tags_are_accepted(stack: Stack) -> Iterator[Problem]:
    """Limits of bucket tags (436/31509)."""
    if len(stack.tags) > 50:
        yield _problem("tags", f"{len(stack.tags)} tags", "at most 50")
    for key, value in stack.tags.items():
        if not 1 <= len(key) <= 127 or key.lower().startswith(("qcs:", "project")):
            allowed = 'a tag key of 1 to 127 characters that does not start with "qcs:" or "project"'
            yield Problem(f"gme-recording:tags.{key[:40]}", "", allowed)
        if not 1 <= len(value) <= 255:
            yield _problem(f"tags.{key[:40]}", value[:40], "a tag value of 1 to 255 characters")


def classes_are_left_early(stack: Stack) -> Iterator[Problem]:
    for where, retention in _retentions(stack):
        stages = _stages(retention)
        for (key, day), (next_key, next_day) in pairwise(stages):
            least = MINIMUM_BILLED_DAYS[key]
            if next_day - day < least:
                allowed = (
                    f"recordings leave the class {render_days(next_day - day)} later ({next_key}) "
                    f"and are billed for {least} days all the same"
                )
                yield _warning(f"{where}.{key}", render_days(day), allowed)


def encryption_may_lock_gme_out(stack: Stack) -> Iterator[Problem]:
    if stack.storage.encryption is Encryption.KMS:
        allowed = "GME's role has no right to use KMS keys (598/57208): uploads may fail; try the smoke test"
        yield _warning("storage.encryption", stack.storage.encryption, allowed)


def recordings_are_thrown_away(stack: Stack) -> Iterator[Problem]:
    if stack.cloud is CloudKind.TENCENT and stack.storage.on_destroy is OnDestroy.EMPTY:
        yield _warning(
            "storage.on_destroy", "empty", "destroying the stack deletes every recording in the bucket"
        )


CHECKS = (
    Check(("appid", "storage.name"), bucket_name_fits),
    Check(("region",), region_is_known),
    Check(("region",), provider_uses_the_region),
    Check(("cloud", "region"), requests_go_to_the_declared_cloud),
    Check(("storage", "apps"), colder_comes_later),
    Check(("apps",), apps_are_told_apart),
    Check(("apps", "smoke.mode"), full_scope_is_meant),
    Check(("apps", "cloud"), callbacks_can_arrive),
    Check(("smoke.timeout", "smoke.record"), smoke_test_has_time),
    Check(("tags",), tags_are_accepted),
)

WARNINGS = (classes_are_left_early, encryption_may_lock_gme_out, recordings_are_thrown_away)


def _stages(retention: Retention) -> list[tuple[str, int]]:
    stages = (
        ("infrequent_after", retention.infrequent_after_days),
        ("archive_after", retention.archive_after_days),
        ("deep_archive_after", retention.deep_archive_after_days),
        ("keep", retention.keep_days),
    )
    return [(key, day) for key, day in stages if day is not None]


def _retentions(stack: Stack) -> Iterator[tuple[str, Retention]]:
    declared: list[tuple[str, Retention | None]] = [("storage.retention", stack.storage.retention)]
    declared.extend((f"apps[{at}].retention", app.retention) for at, app in enumerate(stack.apps))
    for where, retention in declared:
        if retention is not None:
            yield where, retention


def _callback_problem(url: str, *, public: bool) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "an http or https URL"
    if parts.scheme not in ("http", "https") or not host:
        return "an http or https URL with a host"
    if parts.username or parts.password or parts.fragment:
        return (
            "a URL without user, password and fragment: GME signs its requests, the URL is shown in consoles"
        )
    if public and parts.scheme != "https":
        return "an https URL, with gme-recording:cloud tencent"
    if public and not _is_public(host):
        return "a URL whose host Tencent Cloud can reach, with gme-recording:cloud tencent"
    return ""


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".local", ".localhost", ".internal"))


def _without_password(url: str) -> str:
    try:
        parts: SplitResult = urlsplit(url)
    except ValueError:
        return url
    return (
        parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}").geturl()
        if "@" in parts.netloc
        else url
    )


def _covers(key: str, need: str) -> bool:
    name = key.removeprefix("gme-recording:")
    return name == need or need.startswith(f"{name}.")


def _problem(where: str, found: str, allowed: str, hint: str = "") -> Problem:
    return Problem(f"gme-recording:{where}", found, allowed, hint=hint)


def _warning(where: str, found: str, allowed: str) -> Problem:
    return Problem(f"gme-recording:{where}", found, allowed, severity=Severity.WARNING)
