"""What is created, updated, replaced and deleted (pure)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from enum import IntEnum

from gme_recording.review.effect import Effect, Severity, Topic
from gme_recording.review.markdown import code, counted, listed
from gme_recording.review.plan import Op, Plan, Step, Values
from gme_recording.review.values import ATTACHMENT, Difference, differences
from policy.access import BUCKET_POLICY, CAM_POLICY, LINKED_ROLE
from policy.console import SETTINGS
from policy.storage import BUCKET

_MOST = 12
"""Properties listed for one resource."""


class Fate(IntEnum):
    """What becomes of a bucket that its stack lets go of, the worst last."""

    PROTECTED = 0
    KEPT = 1
    DELETED = 2
    EMPTIED = 3


_FATES = {
    Fate.KEPT: "is no longer protected: a stack that lets go of it leaves it in the cloud, managed by none",
    Fate.DELETED: "can be deleted from now on, as soon as nothing is in it",
    Fate.EMPTIED: "can be deleted from now on, and **every recording in it is deleted with it**",
}


def effects(plan: Plan) -> Iterator[Effect]:
    """Yield one effect for every resource that something happens to, and for every failure."""
    yield from (_failure(plan, resource) for resource in plan.failed)
    for step in plan.changed():
        gone = step.op in {Op.REPLACE, Op.DELETE}
        meaning = f": {_meaning(step)}" if gone and _meaning(step) else ""
        yield Effect(
            stack=plan.stack,
            topic=Topic.GONE if gone else Topic.CHANGES,
            severity=_severity(step) if gone else Severity.CHANGE,
            text=f"**{step.op}** {step.kind} {code(step.name)}{_because(step)}{meaning}",
            lines=_properties(step),
            step=step.urn,
        )
        if step.op is Op.UPDATE and step.type == BUCKET:
            yield from _unguarded(plan, step)


def _failure(plan: Plan, resource: str) -> Effect:
    where = f"at {code(resource)}" if resource else "in the program or the engine"
    return Effect(
        stack=plan.stack,
        topic=Topic.FAILED,
        severity=Severity.LOUD,
        text=f"failed {where}: what follows is incomplete, the log of the preview says why",
    )


def _severity(step: Step) -> Severity:
    emptied = step.type == BUCKET and bool((step.old or {}).get("forceClean"))
    stays = step.was_kept or (step.protect and step.op is Op.DELETE)
    return Severity.LOSS if (emptied or step.type == LINKED_ROLE) and not stays else Severity.LOUD


def _because(step: Step) -> str:
    if step.op is not Op.REPLACE or not step.replaces:
        return ""
    return f", because {listed(sorted(step.replaces))} cannot be changed in place"


def _properties(step: Step) -> tuple[str, ...]:
    """What changes; of a replacement, what it is for."""
    if step.op in {Op.DELETE, Op.CREATE}:
        return ()
    found = (*differences(step), *_options(step))
    shown = [each for each in found if each.path in step.replaces] or [*found[:_MOST]]
    lines = [_line(each) for each in shown]
    if len(found) > len(shown):
        lines.append(f"and {counted(len(found) - len(shown), 'more property', 'more properties')}")
    return tuple(lines)


def _options(step: Step) -> Iterator[Difference]:
    """What Pulumi, not the provider, does otherwise."""
    for name, was, will in (
        ("protect", step.was_protected, step.protect),
        ("retainOnDelete", step.was_kept, step.keeps),
    ):
        if step.op is Op.UPDATE and was != will:
            yield Difference(name, f"{code(json.dumps(was))} → {code(json.dumps(will))}")


def _unguarded(plan: Plan, step: Step) -> Iterator[Effect]:
    """Say what may become of a bucket, and of what is in it, if that is worse than it was."""
    was = _fate(step.old, protected=step.was_protected, kept=step.was_kept)
    will = _fate(step.new, protected=step.protect, kept=step.keeps)
    if will > was:
        yield Effect(
            stack=plan.stack,
            topic=Topic.UNGUARDED,
            severity=Severity.LOSS if will is Fate.EMPTIED else Severity.LOUD,
            text=f"{step.kind} {code(step.name)} {_FATES[will]}",
            step=step.urn,
        )


def _fate(bucket: Values | None, *, protected: bool, kept: bool) -> Fate:
    if protected:
        return Fate.PROTECTED
    if kept:
        return Fate.KEPT
    return Fate.EMPTIED if (bucket or {}).get("forceClean") else Fate.DELETED


def _line(difference: Difference) -> str:
    return f"{code(difference.path)}: {difference.text or 'changes'}"


def _meaning(step: Step) -> str:
    """What it means for recordings that a resource goes."""
    if step.protect and step.op is Op.DELETE:
        return "it is protected, so the deployment stops there"
    if step.was_kept:
        return "the old one stays in the cloud, and no stack manages it any more"
    return _MEANINGS[step.type](step) if step.type in _MEANINGS else ""


def _bucket(step: Step) -> str:
    if (step.old or {}).get("forceClean"):
        return "**every recording in the old bucket is deleted with it**"
    return "COS refuses to delete the old bucket as long as there is anything in it"


_MEANINGS: Mapping[str, Callable[[Step], str]] = {
    BUCKET: _bucket,
    BUCKET_POLICY: lambda _: "until there is another one, the bucket takes requests without TLS",
    LINKED_ROLE: lambda _: "GME can no longer write recordings, for no stack of the account",
    SETTINGS: lambda _: "GME goes on recording and billing until the service is disabled in its console",
    CAM_POLICY: lambda _: "whoever has it loses what it allows",
    ATTACHMENT: lambda _: "the user loses what the policy allows",
}
