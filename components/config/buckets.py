"""Rules about buckets: names, regions, retention, encryption, log and replica. Each is one function."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import pairwise

from components import lifecycle
from components.config.findings import problem, warning
from components.config.model import Encryption, OnDestroy, Retention, Stack, Storage
from components.config.words import render_days
from gme_recording.api import CloudKind
from gme_recording.errors import Problem

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

_CLASSES = {
    "infrequent_after": lifecycle.STANDARD_IA,
    "archive_after": lifecycle.ARCHIVE,
    "deep_archive_after": lifecycle.DEEP_ARCHIVE,
}

SMALLEST_MOVED_KB = 64
"""Smaller objects never move to colder storage (436/17028)."""


def names_fit(stack: Stack) -> Iterator[Problem]:
    """60 characters in all, and every bucket of the account has a name of its own."""
    longest = LONGEST_BUCKET_NAME - len(stack.appid) - 1
    first: dict[str, str] = {}
    for where, name in _names(stack):
        if len(name) > longest:
            allowed = (
                f"at most {longest} characters: the bucket is called <name>-<appid>, 60 characters in all"
            )
            yield problem(where, name, allowed)
        if first.setdefault(name, where) != where:
            yield problem(
                where, name, f"different from that of {first[name]}: names are unique in an account"
            )


def regions_are_known(stack: Stack) -> Iterator[Problem]:
    """Of every bucket; `storages` holds other regions than the stack's own."""
    known = "a COS region: " + ", ".join(REGIONS)
    if stack.region not in REGIONS:
        yield problem("region", stack.region, known)
    for region in stack.storages:
        if region not in REGIONS:
            yield problem(f"storages.{region}", "", known)
        elif region == stack.region:
            yield problem(f"storages.{region}", "", f"another region: storage is the bucket in {region}")
    for key, _, storage in _declared(stack):
        if storage.replica and storage.replica.region not in REGIONS:
            yield problem(f"{key}.replica.region", storage.replica.region, known)


def apps_have_a_bucket(stack: Stack) -> Iterator[Problem]:
    """An application's region is one of those that have a bucket."""
    there_are = [region for _, region, _ in _declared(stack)]
    for at, app in enumerate(stack.apps):
        if app.region and app.region not in there_are:
            hint = f"declare storages.{app.region}" if app.region in REGIONS else ""
            allowed = "a region with a bucket: " + ", ".join(there_are)
            yield problem(f"apps[{at}].region", app.region, allowed, hint=hint)
    for place in stack.places:
        if len(place.apps) > MOST_APPS:
            allowed = f"at most {MOST_APPS} applications to a bucket: COS takes 1,000 lifecycle rules"
            yield problem("apps", f"{len(place.apps)} in {place.region}", allowed)


def colder_comes_later(stack: Stack) -> Iterator[Problem]:
    """Storage only ever gets colder, and what has expired cannot move."""
    for where, retention in _retentions(stack):
        last_key, last_day = "", -1
        for key, day in stages(retention):
            if day <= last_day:
                allowed = f"later than {last_key} ({render_days(last_day)}): storage only ever gets colder"
                if key == "keep":
                    allowed = f"later than {last_key} ({render_days(last_day)}): what has expired cannot move"
                yield problem(f"{where}.{key}", render_days(day), allowed)
            last_key, last_day = key, max(day, last_day)


def encryption_has_its_key(stack: Stack) -> Iterator[Problem]:
    """A KMS key goes with KMS, and only there."""
    for key, _, storage in _declared(stack):
        if storage.kms_key and storage.encryption is not Encryption.KMS:
            allowed = f"only with encryption KMS, not {storage.encryption}"
            yield problem(f"{key}.kms_key", storage.kms_key, allowed)


def replica_is_possible(stack: Stack) -> Iterator[Problem]:
    """COS copies versions (436/19237), to another bucket; a KMS key does not leave its region."""
    for key, region, storage in _declared(stack):
        if storage.replica is None:
            continue
        if not storage.versioning:
            yield problem(f"{key}.versioning", "false", "true, for a replica: COS copies versions")
        if storage.replica.region == region:
            yield problem(f"{key}.replica.region", region, "another region than the bucket's")
        if storage.encryption is Encryption.KMS:
            allowed = "AES256 or SM4, with a replica: a KMS key does not leave its region"
            yield problem(f"{key}.encryption", storage.encryption, allowed)


def networks_are_reachable(stack: Stack) -> Iterator[Problem]:
    """COS sees public addresses; a private network would shut everybody out."""
    if stack.cloud is not CloudKind.TENCENT:
        return
    for key, _, storage in _declared(stack):
        for at, network in enumerate(storage.allowed_networks):
            if not ipaddress.ip_network(network).is_global:
                allowed = "a public network: COS sees the address of your router, not a private one"
                yield problem(f"{key}.allowed_networks[{at}]", network, allowed)


def classes_are_left_early(stack: Stack) -> Iterator[Problem]:
    for where, retention in _retentions(stack):
        for (key, day), (next_key, next_day) in pairwise(stages(retention)):
            least = lifecycle.MINIMUM_BILLED_DAYS[_CLASSES[key]]
            if next_day - day < least:
                allowed = (
                    f"recordings leave the class {render_days(next_day - day)} later ({next_key}) "
                    f"and are billed for {least} days all the same"
                )
                yield warning(f"{where}.{key}", render_days(day), allowed)


def small_recordings_stay(stack: Stack) -> Iterator[Problem]:
    """Speech of some seconds is a small object; infrequent access saves little even on large ones."""
    for where, retention in _retentions(stack):
        if retention.infrequent_after_days is not None:
            allowed = (
                f"objects below {SMALLEST_MOVED_KB} KB never move, so short single-stream recordings stay in "
                "STANDARD; every read of the others is billed"
            )
            yield warning(f"{where}.infrequent_after", render_days(retention.infrequent_after_days), allowed)


def encryption_may_lock_gme_out(stack: Stack) -> Iterator[Problem]:
    for place in stack.places:
        if place.storage.encryption is Encryption.KMS:
            allowed = (
                "GME's role has no right to use KMS keys (598/57208): uploads may fail; try the smoke test"
            )
            yield warning(f"{place.key}.encryption", place.storage.encryption, allowed)


def recordings_are_thrown_away(stack: Stack) -> Iterator[Problem]:
    for place in stack.places:
        if stack.cloud is CloudKind.TENCENT and place.storage.on_destroy is OnDestroy.EMPTY:
            what = "destroying the stack deletes every recording in the bucket"
            yield warning(f"{place.key}.on_destroy", "empty", what)


def buckets_stay_empty(stack: Stack) -> Iterator[Problem]:
    for place in stack.places:
        if not place.apps and stack.apps:
            yield warning(place.key, place.region, "no application records into this bucket")


def stages(retention: Retention) -> list[tuple[str, int]]:
    """What happens to a recording: key of the stack file, and after how many days."""
    declared = (
        ("infrequent_after", retention.infrequent_after_days),
        ("archive_after", retention.archive_after_days),
        ("deep_archive_after", retention.deep_archive_after_days),
        ("keep", retention.keep_days),
    )
    return [(key, day) for key, day in declared if day is not None]


def _retentions(stack: Stack) -> Iterator[tuple[str, Retention]]:
    declared: list[tuple[str, Retention | None]] = [
        (f"{key}.retention", storage.retention) for key, _, storage in _declared(stack)
    ]
    declared.extend((f"apps[{at}].retention", app.retention) for at, app in enumerate(stack.apps))
    for where, retention in declared:
        if retention is not None:
            yield where, retention


def _declared(stack: Stack) -> Iterator[tuple[str, str, Storage]]:
    """Every bucket for recordings: its key, its region, and what is said about it."""
    yield "storage", stack.region, stack.storage
    for region, storage in stack.storages.items():
        yield f"storages.{region}", region, storage


def _names(stack: Stack) -> Iterator[tuple[str, str]]:
    for where, _, storage in _declared(stack):
        declared = (
            ("name", storage.name),
            ("access_log.name", storage.access_log and storage.access_log.name),
            ("replica.name", storage.replica and storage.replica.name),
        )
        yield from ((f"{where}.{key}", name) for key, name in declared if name)
