"""Which recordings expire sooner, or later, than they do now (pure but for listing buckets).

Days come from the buckets' lifecycle rules, old and new, as COS reads them: on an object's key the rule that
expires first wins (436/17028).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gme_recording.api import LifecycleRule
from gme_recording.api.objects import Object
from gme_recording.recordings import expiry
from gme_recording.review.effect import Effect, Severity, Topic
from gme_recording.review.markdown import code, counted, listed, prose
from gme_recording.review.plan import Op, Plan, Step, Values
from gme_recording.review.values import UNREADABLE
from policy.inputs import Inputs, Undecided
from policy.storage import BUCKET

Listing = Callable[[str, str], tuple[Iterable[Object], datetime]]
"""Stack and bucket → its current objects, and what time it is there."""


_OF_SMOKE = "smoke-"
"""How the ids of rules begin that are about the smoke test's recordings (`components.lifecycle`)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Objects that are kept for another time, in days; None is for ever."""

    prefixes: tuple[str, ...]
    before: int | None
    after: int | None
    versions: bool = False
    """Whether it is about older versions and deleted objects, not about what can be read."""
    smoke: bool = False
    """Whether it is about the smoke test's own recordings alone."""

    @property
    def sooner(self) -> bool:
        return self.after is not None and (self.before is None or self.after < self.before)


@dataclass(frozen=True, slots=True)
class Count:
    """How many objects, and their bytes."""

    objects: int = 0
    size: int = 0

    def plus(self, size: int) -> Count:
        """Return the count with one object more."""
        return Count(self.objects + 1, self.size + size)

    def __str__(self) -> str:
        return f"{counted(self.objects, 'object')}, {_bytes(self.size)}"


def effects(plan: Plan, listing: Listing | None = None) -> Iterator[Effect]:
    """Yield what becomes different for recordings in buckets that stay."""
    for step in plan.of(BUCKET):
        if step.op is not Op.UPDATE:
            continue
        try:
            before, after = rules(step.old or {}), rules(step.new or {})
        except UNREADABLE as unknown:
            why = f", as {prose(str(unknown))}" if isinstance(unknown, Undecided) else ""
            text = f"{code(step.name)}: what becomes of recordings is not known{why}"
            yield _effect(plan, step, Severity.WARNING, text)
            continue
        found = shifts(before, after)
        yield from (_shifted(plan, step, shift) for shift in found)
        if listing and any(shift.sooner and not shift.versions for shift in found):
            yield _counted(plan, step, (before, after), listing)
        if _is_on(step.old, "versioningEnable") and not _is_on(step.new, "versioningEnable"):
            text = f"{_bucket(step)}: versioning ends, what is deleted from then on cannot be brought back"
            yield _effect(plan, step, Severity.WARNING, text)


def rules(inputs: Values) -> tuple[LifecycleRule, ...]:
    """Return a bucket's rules; raises Undecided for one that is not known, or secret."""
    return tuple(_rule(each) for each in Inputs(inputs).get("lifecycleRules") or ())


def shifts(before: Sequence[LifecycleRule], after: Sequence[LifecycleRule]) -> tuple[Shift, ...]:
    """Return what changes, for every prefix that a rule names, and for all other keys."""
    found: dict[tuple[bool, int | None, int | None], list[str]] = {}
    smoke = {rule.prefix for rule in (*before, *after) if rule.id.startswith(_OF_SMOKE)}
    for prefix in sorted({rule.prefix for rule in (*before, *after)} | {""}):
        for versions, days in ((False, "expire_days"), (True, "noncurrent_expire_days")):
            was, will = _days(before, prefix, days), _days(after, prefix, days)
            if was != will:
                found.setdefault((versions, was, will), []).append(prefix)
    return tuple(
        Shift(tuple(prefixes), was, will, versions, smoke=smoke.issuperset(prefixes))
        for (versions, was, will), prefixes in found.items()
    )


def affected(
    objects: Iterable[Object],
    before: Sequence[LifecycleRule],
    after: Sequence[LifecycleRule],
    now: datetime,
) -> tuple[Count, Count]:
    """Count objects that expire sooner by the second rules than by the first, and those that have by now."""
    sooner, due = Count(), Count()
    for item in objects:
        was, will = (expiry.expires(each, item.key, item.modified) for each in (before, after))
        if will is not None and (was is None or will < was):
            sooner = sooner.plus(item.size)
            due = due.plus(item.size) if will <= now else due
    return sooner, due


def _shifted(plan: Plan, step: Step, shift: Shift) -> Effect:
    change = f"{_worded(shift.before)} → {_worded(shift.after)}"
    what = "older versions and deleted recordings" if shift.versions else "recordings"
    where = f"{_bucket(step)}, {_keys(shift.prefixes)}"
    if not shift.sooner:
        return _effect(plan, step, Severity.NOTE, f"{where}: {what} are kept longer, {change}")
    if shift.smoke:
        return _effect(plan, step, Severity.NOTE, f"{where}: the smoke test's own {what} go sooner, {change}")
    severity = Severity.WARNING if shift.versions else Severity.LOSS
    text = f"{where}: **{what} expire sooner**, {change}, those that are there already too"
    return _effect(plan, step, severity, text)


def _counted(
    plan: Plan, step: Step, rules: tuple[Sequence[LifecycleRule], Sequence[LifecycleRule]], listing: Listing
) -> Effect:
    bucket = str((step.old or {})["bucket"])
    objects, now = listing(plan.stack, bucket)
    sooner, due = affected(objects, *rules, now)
    if not sooner.objects:
        return _effect(
            plan, step, Severity.NOTE, f"{_bucket(step)} holds nothing yet that will expire sooner"
        )
    text = f"{_bucket(step)} holds {sooner} that will expire sooner"
    if due.objects:
        text += f"; **{due} will be deleted at the first midnight in China** after the deployment"
    return _effect(plan, step, Severity.LOSS, text)


def _worded(days: int | None) -> str:
    return "for ever" if days is None else counted(days, "day")


def _days(found: Sequence[LifecycleRule], prefix: str, days: str) -> int | None:
    all_days = (getattr(rule, days) for rule in found if prefix.startswith(rule.prefix))
    return min((each for each in all_days if each is not None), default=None)


def _rule(raw: Inputs) -> LifecycleRule:
    return LifecycleRule(
        id=str(raw.get("id") or ""),
        prefix=str(raw.get("filterPrefix") or ""),
        expire_days=_number(raw.get("expiration"), "days"),
        transitions=tuple(_moves(raw)),
        noncurrent_expire_days=_number(raw.get("nonCurrentExpiration"), "nonCurrentDays"),
    )


def _moves(raw: Inputs) -> Iterator[tuple[int, str]]:
    for move in raw.get("transitions") or ():
        if (days := _number(move, "days")) is not None:
            yield days, str(move["storageClass"])


def _number(part: Any, key: str) -> int | None:
    found = part.get(key) if isinstance(part, Inputs) else None
    return None if found is None else int(found)


def _is_on(inputs: Values | None, key: str) -> bool:
    return (inputs or {}).get(key) is True


def _bucket(step: Step) -> str:
    name = (step.old or {}).get("bucket")
    return code(name if isinstance(name, str) else step.name)


def _keys(prefixes: Sequence[str]) -> str:
    named = listed([f"{prefix}*" for prefix in prefixes if prefix])
    others = "keys that no other rule is about"
    return f"keys {named}{' and all others' if '' in prefixes else ''}" if named else others


def _effect(plan: Plan, step: Step, severity: Severity, text: str) -> Effect:
    return Effect(stack=plan.stack, topic=Topic.RETENTION, severity=severity, text=text, step=step.urn)


def _bytes(size: int) -> str:
    """COS counts by 1024."""
    amount, units = float(size), iter(("B", "KB", "MB", "GB", "TB"))
    unit = next(units)
    for larger in units:
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
