"""What recordings cost per month before and after a change, from the rules in a preview (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gme_recording.review import cost
from gme_recording.review.plan import Op, Plan, Step, Values
from gme_recording.review.prices import Prices
from gme_recording.review.retention import rules
from gme_recording.review.usage import RECORDING, Volume
from policy.console import SETTINGS
from policy.inputs import Undecided
from policy.storage import BUCKET


def change(plan: Plan, hours_per_day: Decimal, prices: Prices) -> str:
    """Say what COS bills in the last month of an estimate, before → after, in USD, without GME's own fee.

    The hours are shared evenly by the stack's applications. Empty if something that matters is not known, or
    has no price.
    """
    try:
        before = _monthly(plan, prices, hours_per_day, old=True)
        after = _monthly(plan, prices, hours_per_day, old=False)
    except (Undecided, KeyError):
        return ""
    return f"{_amount(before)} → {_amount(after)}"


def _monthly(plan: Plan, prices: Prices, hours_per_day: Decimal, *, old: bool) -> Decimal:
    buckets = {inputs["bucket"]: inputs for _, inputs in _sides(plan, BUCKET, old=old)}
    apps = [inputs for _, inputs in _sides(plan, SETTINGS, old=old)]
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


def _sides(plan: Plan, kind: str, *, old: bool) -> Iterator[tuple[Step, Values]]:
    """The resources of a type, as they are deployed or as they are declared."""
    for step in plan.of(kind):
        inputs = step.old if old else None if step.op is Op.DELETE else step.new
        if inputs is not None:
            yield step, inputs


def _amount(usd: Decimal) -> str:
    return f"${usd:,.2f}"
