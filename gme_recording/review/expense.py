"""What the recordings of a stack's applications cost, by a stack file or by a preview (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gme_recording.api import LifecycleRule
from gme_recording.review import cost
from gme_recording.review.cost import MONTHS, Estimate
from gme_recording.review.markdown import prose
from gme_recording.review.plan import Plan, Values
from gme_recording.review.prices import Prices
from gme_recording.review.retention import rules
from gme_recording.review.usage import RECORDING, Volume
from gme_recording.review.values import UNREADABLE
from policy.console import SETTINGS, region_of
from policy.inputs import Inputs, Undecided
from policy.storage import BUCKET

_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is declared of one application that decides what its recordings cost."""

    app: str
    prefix: str
    """How the names of its recordings begin."""
    region: str
    replica_region: str = ""
    """Empty: there is no copy."""
    rules: tuple[LifecycleRule, ...]
    """Of the bucket; a copy is kept as long."""


@dataclass(frozen=True, slots=True)
class Change:
    """A month's cost, before → after."""

    text: str
    unknown: str = ""
    """Why an amount is not known, in plain words; empty if both are."""


def estimate(
    apps: Sequence[Recorded],
    hours: Mapping[str, Decimal],
    every: Volume,
    prices: Prices,
    months: int = MONTHS,
) -> Estimate:
    """Estimate the bill of applications that are recorded so many hours a day.

    `every` holds for each of them, but for what is read: that is shared by the hours recorded.
    """
    total = sum(hours.values())

    def volume(app: Recorded) -> Volume:
        share = hours[app.app] / total if total else Decimal(1) / len(apps)
        return replace(
            every,
            region=app.region,
            prefix=app.prefix,
            hours_per_day=hours[app.app],
            retrieved_gb_per_month=every.retrieved_gb_per_month * share,
            egress_gb_per_month=every.egress_gb_per_month * share,
            replica_region=app.replica_region,
        )

    return cost.together({app.app: cost.monthly(app.rules, volume(app), prices, months) for app in apps})


def change(plan: Plan, hours_per_day: Decimal, prices: Prices) -> Change:
    """Say what is billed in the last month of an estimate, in USD; GME's own fee only if it has a price.

    The hours are shared evenly by the stack's applications.
    """
    if plan.failed:
        return Change(_UNKNOWN, "the preview failed")
    if not plan.complete:
        return Change(_UNKNOWN, "the preview leaves out what does not change (--show-sames)")
    if not plan.of(SETTINGS):
        return Change(_UNKNOWN, "no application is declared")
    before, after = (_monthly(plan, prices, hours_per_day, old=old) for old in (True, False))
    reasons = dict.fromkeys(side.unknown for side in (before, after) if side.unknown)
    return Change(f"{before.text} → {after.text}", "; ".join(reasons))


def assumed(hours_per_day: Decimal, prices: Prices) -> str:
    """Say what the amounts of `change` are, of when their prices are, and what is not in them; Markdown."""
    priced = "; ".join(f"{prose(each.name)}, {prose(each.priced_on)}" for each in prices.sources)
    fee = "" if prices.has_fee else "GME's recording fee, which no public list has (`--recording-price`), "
    return (
        f"Cost per month: the {MONTHS}th month of recording, in USD, with {hours_per_day.normalize():f} hours"
        f" of rooms a day in each stack. Prices: {priced}. Not in it: {fee}downloads, restores and taxes;"
        " `gme-recording cost` tells more."
    )


def _monthly(plan: Plan, prices: Prices, hours_per_day: Decimal, *, old: bool) -> Change:
    try:
        apps = [*_recorded(plan, old=old)]
    except UNREADABLE as error:
        return Change(
            _UNKNOWN, str(error) if isinstance(error, Undecided) else "a bucket's settings are not told"
        )
    if not apps:
        return Change("$0.00")
    hours = dict.fromkeys((app.app for app in apps), hours_per_day / len(apps))
    every = Volume(region="", prefix="", hours_per_day=Decimal(0))
    found = estimate(apps, hours, every, prices)
    if missing := [each for each in found.unpriced if each != RECORDING]:
        return Change(_UNKNOWN, f"no price is known (--prices) of {'; '.join(missing)}")
    return Change(f"${found.months[-1].usd_priced:,.2f}")


def _recorded(plan: Plan, *, old: bool) -> Iterator[Recorded]:
    """The applications as they are deployed, or as they are declared."""
    buckets = {inputs["bucket"]: inputs for inputs in _side(plan, BUCKET, old=old)}
    for app in _side(plan, SETTINGS, old=old):
        bucket = buckets[app["bucket"]]
        copies = [region_of(rule["destinationBucket"]) for rule in bucket.get("replicaRules") or ()]
        yield Recorded(
            app=str(app["bizId"]),
            prefix=f"{int(app['bizId'])}_",
            region=app["region"],
            replica_region=next(iter(copies), ""),
            rules=rules(bucket),
        )


def _side(plan: Plan, kind: str, *, old: bool) -> list[Inputs]:
    """The inputs of all resources of a type, as they are deployed or as they are declared."""
    sides: Iterator[Values | None] = (step.old if old else step.new for step in plan.of(kind))
    return [Inputs(inputs) for inputs in sides if inputs is not None]
