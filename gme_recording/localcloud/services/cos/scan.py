"""The daily scan that carries out lifecycle rules: expire, move, tidy up.

On one object expiration wins over transition and the coldest class over a warmer one (436/17028).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from gme_recording.localcloud.clock import job, schedule
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.services.cos import content, lifecycle, model
from gme_recording.localcloud.services.cos.model import (
    Bucket,
    Configuration,
    Part,
    Planned,
    Upload,
    Version,
    Versioning,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.services.cos.lifecycle import Rule, Transition
    from gme_recording.localcloud.store import Store

KIND = "lifecycle"
_SCAN = "cos.lifecycle"
_TICK = timedelta(microseconds=1)


def plan(call: Call) -> None:
    """See to it that a scan comes at the next midnight, as long as there are rules."""
    if call.store.find(Planned):
        return
    at = lifecycle.next_scan(call.now + _TICK)
    call.store.add(Planned(at))
    schedule(call.store, at, _SCAN, "")


@job(_SCAN)
def scan(call: Call, _key: str) -> None:
    """Carry out every rule of every bucket as of `call.now`."""
    for planned in call.store.select(Planned):
        call.store.delete(planned)
    configurations = call.store.select(Configuration, kind=KIND)
    for configuration in configurations:
        bucket = call.store.find(Bucket, name=configuration.bucket)
        assert bucket is not None, "configurations go with their bucket"
        if not model.has_content(call.store, bucket.name):
            continue
        rules = _rules(configuration.text, bucket)
        for rule in rules:
            _abort_uploads(call, bucket, rule)
        _change_versions(call, bucket, rules)
    if configurations:
        plan(call)


def _rules(text: str, bucket: Bucket) -> list[Rule]:
    parsed = lifecycle.parse(documents.parse(text), multi_az=bucket.multi_az)
    return [rule for rule in parsed if rule.enabled]


def _change_versions(call: Call, bucket: Bucket, rules: list[Rule]) -> None:
    expiring: dict[tuple[str, int], Version] = {}
    moving: dict[tuple[str, int], Version] = {}
    for rule in rules:
        expiring |= {(version.key, version.rank): version for version in _expiring(call, bucket, rule)}
        for moved in _moving(call, bucket, rule):
            place = (moved.key, moved.rank)
            other = moving.get(place, moved)
            moving[place] = max(moved, other, key=lambda version: lifecycle.coldness(version.storage_class))
    for place, version in moving.items():
        if place not in expiring:
            call.store.put(version)
    content.discard(call, [_expire(call, bucket, version) for version in expiring.values()])


def _expire(call: Call, bucket: Bucket, version: Version) -> str:
    """Returns the id of the bytes that go with it. With versioning, a current object gets a delete marker."""
    keeps = bucket.versioning is not Versioning.NEVER and version.latest and not version.delete_marker
    if not keeps:
        model.remove(call.store, version)
        return version.content
    _, replaced = model.push(call.store, bucket, model.delete_marker(bucket, version.key, call.now))
    return replaced.content if replaced else ""


def _expiring(call: Call, bucket: Bucket, rule: Rule) -> Iterator[Version]:
    if rule.expiration and (until := rule.expiration.changed_until(call.now)):
        yield from _matching(call.store, bucket, rule, "latest=1 AND delete_marker=0 AND modified<=?", until)
    if rule.noncurrent_expiration and (until := rule.noncurrent_expiration.changed_until(call.now)):
        yield from _matching(call.store, bucket, rule, "latest=0 AND superseded<=?", until)
    if rule.expired_delete_marker or rule.expiration:
        for marker in _matching(
            call.store, bucket, rule, "latest=1 AND delete_marker=1 AND modified<=?", call.now
        ):
            if len(call.store.select(Version, bucket=bucket.name, key=marker.key)) == 1:
                yield marker


def _moving(call: Call, bucket: Bucket, rule: Rule) -> Iterator[Version]:
    """The versions as they will be."""
    for transition in rule.transitions:
        yield from _moved(call, bucket, rule, transition, "latest=1 AND delete_marker=0 AND modified<=?")
    for transition in rule.noncurrent_transitions:
        yield from _moved(call, bucket, rule, transition, "latest=0 AND superseded<=?")


def _moved(call: Call, bucket: Bucket, rule: Rule, transition: Transition, age: str) -> Iterator[Version]:
    until = transition.when.changed_until(call.now)
    if until is None:
        return
    classes = ", ".join(f"'{name}'" for name in lifecycle.warmer_than(transition.storage_class))
    where = f"{age} AND size>={lifecycle.MIN_TRANSITION_BYTES} AND storage_class IN ({classes})"
    for version in _matching(call.store, bucket, rule, where, until):
        yield replace(version, storage_class=transition.storage_class)


def _matching(store: Store, bucket: Bucket, rule: Rule, where: str, until: datetime) -> Iterator[Version]:
    found = model.versions_where(store, bucket.name, rule.prefix, where, until)
    return (version for version in found if rule.tags.items() <= version.tags.items())


def _abort_uploads(call: Call, bucket: Bucket, rule: Rule) -> None:
    if rule.abort_uploads is None or (until := rule.abort_uploads.changed_until(call.now)) is None:
        return
    for upload in call.store.select(Upload, bucket=bucket.name):
        if upload.key.startswith(rule.prefix) and upload.initiated <= until:
            content.discard(call, abort(call.store, upload))


def abort(store: Store, upload: Upload) -> list[str]:
    """Forget an upload and its parts; returns the ids of their bytes."""
    parts = store.select(Part, upload_id=upload.upload_id)
    for gone in (*parts, upload):
        store.delete(gone)
    return [part.content for part in parts]
