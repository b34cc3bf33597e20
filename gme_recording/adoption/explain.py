"""Why a preview after a takeover shows what it shows: each step and property in words (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from components import lifecycle, retention
from components.config import words
from components.config.model import Stack
from gme_recording.adoption.bucket import Bucket
from gme_recording.adoption.survey import Found
from gme_recording.api import LifecycleRule
from gme_recording.deploy.step import Outcome, Step

MARKER = "Stash"
"""Type of the smoke test's marker, which is no difference."""


class Kind(StrEnum):
    """What a difference means for the set-up that was found."""

    MORE = "more than is there"
    SAME = "to the same effect"
    LESS = "taken away"
    """The stack cannot declare it, or declares less: to be read before `up`."""
    UNSAID = "not confirmed"
    """What no API tells, and nobody has said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One difference, explained."""

    resource: str
    """As a preview names it: type and name."""
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A bucket as it was found, and the lifecycle that is declared for it."""

    bucket: Bucket
    rules: tuple[LifecycleRule, ...]


def explain(plan: Outcome, found: Found, stack: Stack) -> tuple[Reason, ...]:
    """Explain every step of a preview but the smoke test's marker."""
    pairs = _pairs(found, stack)
    reasons = (
        Reason(resource=f"{step.type} {step.name}", kind=kind, text=text)
        for step in plan.changed
        if step.type != MARKER
        for kind, text in _reasons(step, pairs)
    )
    return tuple(dict.fromkeys(reasons))


def only_the_test_is_due(plan: Outcome) -> bool:
    """Whether a deployment would do nothing but prove what is there."""
    return all(step.type == MARKER for step in plan.steps)


def lines(reasons: Sequence[Reason]) -> Iterator[str]:
    """Show them, each resource once."""
    last = ""
    for reason in reasons:
        if reason.resource != last:
            yield f"  {reason.resource}"
        yield f"      {reason.kind}: {reason.text}"
        last = reason.resource


def _pairs(found: Found, stack: Stack) -> dict[str, Pair]:
    """By name of the bucket's resource, as `components.buckets` gives them."""
    by_region = {bucket.region: bucket for bucket in found.buckets}
    pairs: dict[str, Pair] = {}
    for place in stack.places:
        bucket = by_region[place.region]
        name = "recording-storage" + ("" if place.region == stack.region else f"-{place.region}")
        rules = lifecycle.rules(place, stack.smoke)
        pairs[name] = Pair(bucket, rules)
        if bucket.log and place.storage.access_log:
            pairs[f"{name}-log"] = Pair(bucket.log, lifecycle.log_rules(place.storage.access_log))
        if bucket.copies:
            pairs[f"{name}-replica"] = Pair(bucket.copies, rules)
    return pairs


Reasons = Iterator[tuple[Kind, str]]


def _reasons(step: Step, pairs: dict[str, Pair]) -> Reasons:
    pair = pairs.get(step.name.rpartition("-")[0])
    if step.op == "update" and step.type == "Bucket" and pair:
        for head in dict.fromkeys(change.path.split(".")[0].split("[")[0] for change in step.changes):
            yield from BUCKET.get(head, _undeclarable)(step, head, pair)
    elif step.op in {"create", "update"}:
        yield OTHERS.get((step.type, step.op)) or (Kind.MORE, f"is declared: `up` {step.op}s it")
    else:
        parts = ", ".join(change.path for change in step.changes) or "it"
        yield Kind.LESS, f"{parts} cannot be changed where it is: `up` would {step.op} the resource"


def _encryption(_: Step, head: str, pair: Pair) -> Reasons:
    if not pair.bucket.encryption and head == "encryptionAlgorithm":
        yield Kind.MORE, "new objects are not encrypted by default; those that are there stay as they are"
    else:
        yield Kind.LESS, f"{head} is declared differently"


def _public(step: Step, _: str, __: Pair) -> Reasons:
    was = next(change.old or "" for change in step.changes if change.path == "acl").strip('"')
    yield Kind.MORE, f"the bucket is {was}, so strangers reach recordings; private is declared"


def _lifecycle(_: Step, __: str, pair: Pair) -> Reasons:
    for rule_id, why in sorted(pair.bucket.odd_rules.items()):
        yield Kind.LESS, f'lifecycle rule "{rule_id}" {why}, which no stack can declare: `up` removes it'
    before, after = pair.bucket.rules, pair.rules
    aborts, shorter = False, False
    for prefix in sorted({rule.prefix for rule in (*before, *after)}):
        then, now = retention.of_prefix(before, prefix), retention.of_prefix(after, prefix)
        where = f"objects below {prefix}" if prefix else "all other objects"
        if then[:2] != now[:2]:
            shorter = True
            yield Kind.LESS, f"{where}: {_kept(then)}; after `up`: {_kept(now)}"
        aborts = aborts or then[2] != now[2]
    if not shorter:
        yield Kind.SAME, "the lifecycle rules of the stack keep and move every object as those that are there"
    if aborts:
        yield Kind.MORE, "an upload that never ended is dropped, not billed for ever"


def _kept(found: tuple[tuple[retention.Stage, ...], int, int | None]) -> str:
    stages, versions, _ = found
    said = ", ".join(f"{stage.storage_class} from day {stage.from_day}" for stage in stages[1:])
    end = f"kept {words.render_days(stages[-1].to_day)}".replace("kept forever", "kept for ever")
    old = f"old versions {words.render_days(versions)}" if versions else ""
    return ", ".join(part for part in (end, said, old) if part)


def _logging(_: Step, __: str, pair: Pair) -> Reasons:
    if pair.bucket.log:
        yield Kind.SAME, "log files begin with the name of the bucket that they are about"
    else:
        where = "a bucket that no stack can declare (itself, or another account's)"
        yield Kind.LESS, f"its access log goes to {where}: switch it off in the COS console"


def _replication(_: Step, __: str, pair: Pair) -> Reasons:
    if pair.bucket.copies:
        yield Kind.SAME, "the provider does not see this replication (cosDomain is set): `up` writes it anew"
    else:
        yield Kind.LESS, "its replication is not one rule for everything into another region: `up` ends it"


def _tags(_: Step, __: str, ___: Pair) -> Reasons:
    yield Kind.MORE, "gets the tags of the stack: those of all buckets together"


def _undeclarable(_: Step, head: str, __: Pair) -> Reasons:
    yield Kind.LESS, f"{head} is set, which no stack can declare: `up` removes it"


BUCKET: dict[str, Callable[[Step, str, Pair], Reasons]] = {
    "acl": _public,
    "encryptionAlgorithm": _encryption,
    "kmsId": _encryption,
    "lifecycleRules": _lifecycle,
    "logEnable": _logging,
    "logPrefix": _logging,
    "logTargetBucket": _logging,
    "replicaRole": _replication,
    "replicaRules": _replication,
    "tags": _tags,
}
OTHERS = {
    ("BucketPolicy", "create"): (
        Kind.MORE,
        "there is no bucket policy, so whoever may read, may read without TLS; TLS only is declared",
    ),
    ("BucketPolicy", "update"): (
        Kind.LESS,
        "the bucket policy says something else: `up` writes TLS only in its place. Give whoever it lets in "
        "a CAM policy first (access.readers, access.operators)",
    ),
    ("ServiceLinkedRole", "create"): (
        Kind.MORE,
        "the account has no role by which GME writes to COS: until `up` no recording arrives",
    ),
    ("ServiceLinkedRole", "update"): (Kind.MORE, "gets the tags of the stack: those of all buckets together"),
    ("Policy", "update"): (Kind.LESS, "the CAM policy says something else: `up` writes the declared one"),
    ("RecordingSettings", "create"): (
        Kind.UNSAID,
        "nobody has said that the GME console shows this: `up` stops there until somebody has looked "
        "(gme-recording runbook) and says so (gme-recording confirm)",
    ),
}
"""Type and operation of the steps that are not a bucket's update."""
