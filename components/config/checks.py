"""Rules across several keys, each one function; the tables at the end say what they need.

A check sees a `Stack` in which a value that could not be read is None (a required one) or its default. It is
skipped when a key it needs could not be read, so that one mistake is reported once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from components.config import buckets
from components.config.callbacks import callback_problem, without_password
from components.config.findings import problem
from components.config.model import Scope, Stack
from components.config.words import render_seconds
from gme_recording.api import CloudKind
from gme_recording.errors import Problem
from gme_recording.smoke import Mode

FULL_SCOPE = (
    "custom: with full recording every room of the application is recorded, and the calls that start, "
    "stop and look up recordings fail"
)
_ROLE = "TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and TENCENTCLOUD_SECURITY_TOKEN with the role's keys"
FROM_ENVIRONMENT = {
    "secretId": "TENCENTCLOUD_SECRET_ID",
    "secretKey": "TENCENTCLOUD_SECRET_KEY",
    "securityToken": "TENCENTCLOUD_SECURITY_TOKEN",
    "profile": "TENCENTCLOUD_PROFILE",
    "sharedCredentialsDir": "TENCENTCLOUD_SHARED_CREDENTIALS_DIR",
    "domain": "TENCENTCLOUD_DOMAIN",
    "camRoleName": _ROLE,
    "assumeRole": _ROLE,
    "assumeRoleWithSaml": _ROLE,
    "assumeRoleWithWebIdentity": _ROLE,
    "enablePodOidc": _ROLE,
    "mfaCertification": _ROLE,
}
"""Settings of the official provider that choose an account, and what chooses it for our clients too."""


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


def settings_of_the_environment(config: Mapping[str, object]) -> Iterator[Problem]:
    """Keys of `tencentcloud:` that the provider alone would follow; no value is shown."""
    for name, variables in FROM_ENVIRONMENT.items():
        if config.get(key := f"tencentcloud:{name}"):
            allowed = "not set: the smoke test would not follow it, and use another account or site"
            yield Problem(key, "", allowed, hint=f"export {variables}")


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


def apps_are_told_apart(stack: Stack) -> Iterator[Problem]:
    if not stack.apps:
        yield problem("apps", "empty", "at least one application")
    names: list[str | None] = [app.name for app in stack.apps]
    biz_ids = [str(app.biz_id) if app.biz_id else None for app in stack.apps]
    for key, values in (("name", names), ("bizId", biz_ids)):
        for at, value in enumerate(values):
            first = values.index(value)
            if value is not None and first < at:
                yield problem(f"apps[{at}].{key}", value, f"different from that of apps[{first}]")


def full_scope_is_meant(stack: Stack) -> Iterator[Problem]:
    for at, app in enumerate(stack.apps):
        if app.scope is Scope.FULL and not app.allow_full_scope:
            hint = "allowFullScope: true, if that is what you want"
            yield problem(f"apps[{at}].scope", app.scope, FULL_SCOPE, hint=hint)
        elif app.scope is Scope.FULL and stack.smoke.mode is Mode.FULL:
            allowed = f"{Mode.PROBE} or {Mode.OFF}: {app.name} has scope full, so no recording can be started"
            yield problem("smoke.mode", stack.smoke.mode, allowed)


def callbacks_can_arrive(stack: Stack) -> Iterator[Problem]:
    for at, app in enumerate(stack.apps):
        wrong = callback_problem(app.callback_url, public=stack.cloud is CloudKind.TENCENT)
        if app.callback_url and wrong:
            yield problem(f"apps[{at}].callbackUrl", without_password(app.callback_url), wrong)


def relay_can_be_asked(stack: Stack) -> Iterator[Problem]:
    url = stack.smoke.callback_relay
    wrong = callback_problem(url, public=stack.cloud is CloudKind.TENCENT)
    if url and wrong:
        yield problem("smoke.callbackRelay", without_password(url), wrong)


def smoke_test_has_time(stack: Stack) -> Iterator[Problem]:
    if stack.smoke.timeout_seconds <= stack.smoke.record_seconds:
        allowed = f"longer than smoke.record ({render_seconds(stack.smoke.record_seconds)})"
        yield problem("smoke.timeout", render_seconds(stack.smoke.timeout_seconds), allowed)


def tags_are_accepted(stack: Stack) -> Iterator[Problem]:
    """Limits of bucket tags (436/31509)."""
    if len(stack.tags) > 50:
        yield problem("tags", f"{len(stack.tags)} tags", "at most 50")
    for key, value in stack.tags.items():
        if not 1 <= len(key) <= 127 or key.lower().startswith(("qcs:", "project")):
            allowed = 'a tag key of 1 to 127 characters that does not start with "qcs:" or "project"'
            yield Problem(f"gme-recording:tags.{key[:40]}", "", allowed)
        if not 1 <= len(value) <= 255:
            yield problem(f"tags.{key[:40]}", value[:40], "a tag value of 1 to 255 characters")


CHECKS = (
    Check(("appid", "storage", "storages"), buckets.names_fit),
    Check(("region", "storage", "storages"), buckets.regions_are_known),
    Check(("region", "storage", "storages", "apps"), buckets.apps_have_a_bucket),
    Check(("region",), provider_uses_the_region),
    Check(("cloud", "region"), requests_go_to_the_declared_cloud),
    Check(("storage", "apps"), buckets.colder_comes_later),
    Check(("storage",), buckets.encryption_has_its_key),
    Check(("storage",), buckets.replica_is_possible),
    Check(("storage", "cloud"), buckets.networks_are_reachable),
    Check(("apps",), apps_are_told_apart),
    Check(("apps", "smoke.mode"), full_scope_is_meant),
    Check(("apps", "cloud"), callbacks_can_arrive),
    Check(("smoke.callbackRelay", "cloud"), relay_can_be_asked),
    Check(("smoke.timeout", "smoke.record"), smoke_test_has_time),
    Check(("tags",), tags_are_accepted),
)

WARNINGS = (
    buckets.classes_are_left_early,
    buckets.small_recordings_stay,
    buckets.encryption_may_lock_gme_out,
    buckets.recordings_are_thrown_away,
    buckets.buckets_stay_empty,
)


def _covers(key: str, need: str) -> bool:
    name = key.removeprefix("gme-recording:")
    return name == need or need.startswith(f"{name}.")
