"""What recordings cost per month before and after a change, from the rules in a preview (pure)."""

from __future__ import annotations

from decimal import Decimal

from gme_recording.review import cost
from gme_recording.review.plan import Plan, Values
from gme_recording.review.prices import Prices
from gme_recording.review.retention import rules
from gme_recording.review.usage import RECORDING, Volume
from gme_recording.review.values import UNREADABLE
from policy.console import SETTINGS
from policy.storage import BUCKET


def change(plan: Plan, hours_per_day: Decimal, prices: Prices) -> str:
    """Say what COS bills in the last month of an estimate, before → after, in USD, without GME's own fee.

    The hours are shared evenly by the stack's applications. Empty if it has none, or if something that
    matters is not known or has no price.
    """
    if not plan.of(SETTINGS):
        return ""
    try:
        before = _monthly(plan, prices, hours_per_day, old=True)
        after = _monthly(plan, prices, hours_per_day, old=False)
    except UNREADABLE:
        return ""
    return f"{_amount(before)} → {_amount(after)}"


def _monthly(plan: Plan, prices: Prices, hours_per_day: Decimal, *, old: bool) -> Decimal:
    buckets = {inputs["bucket"]: inputs for inputs in _side(plan, BUCKET, old=old)}
    apps = _side(plan, SETTINGS, old=old)
    total = Decimal(0)
    for app in apps:
        volume = Volume(
            region=app["region"], prefix=f"{app['bizId']}_", hours_per_day=hours_per_day / len(apps)
        )
        estimate = cost.monthly(rules(buckets[app["bucket"]]), volume, prices)
        if {*estimate.unpriced} - {RECORDING}:
            raise KeyError(volume.region)
        total += estimate.months[-1].usd_priced
    return total


def _side(plan: Plan, kind: str, *, old: bool) -> list[Values]:
    """The inputs of all resources of a type, as they are deployed or as they are declared."""
    sides = (step.old if old else step.new for step in plan.of(kind))
    return [inputs for inputs in sides if inputs is not None]


def _amount(usd: Decimal) -> str:
    return f"${usd:,.2f}"
