"""What the column of costs says, and that it says what `cost` says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from components.config.model import Replica, Retention, Stack, Storage
from gme_recording.cli import costing
from gme_recording.review import expense, prices
from gme_recording.review.expense import Change, change
from gme_recording.review.plan import Plan
from gme_recording.review.usage import Volume
from policy.inputs import UNKNOWN
from tests.components.stacks import a_stack
from tests.policy.test_stacks import declare
from tests.review.make import golden, plan, raw_step
from tests.support import wire

HOURS = Decimal(100)
PRICES = prices.load()
EVERY = Volume(region="", prefix="", hours_per_day=Decimal(0))


def told(plan: Plan) -> Change:
    return change(plan, HOURS, PRICES)


def previewed(stack: Stack) -> Plan:
    """A stack that does not exist yet, as the program declares it."""
    registered = wire.run(lambda: declare(stack)).registered
    steps = [raw_step(each.type, "create", None, each.props, name=each.name) for each in registered]
    return plan(*(step for step, each in zip(steps, registered, strict=True) if each.custom))


def stored(**parts: Any) -> Stack:
    storage = Storage(name="voice", retention=Retention(keep_days=30))
    return a_stack(apps=2, storage=replace(storage, **parts))


def month_of_cost(stack: Stack) -> str:
    """The last month as `gme-recording cost` has it."""
    hours = {app.name: HOURS / len(stack.apps) for app in stack.apps}
    found = expense.estimate([*costing._recorded(stack)], hours, EVERY, PRICES)
    return f"$0.00 → ${found.months[-1].usd_priced:,.2f}"


@pytest.mark.parametrize(
    "stack",
    [
        stored(),
        stored(versioning=True, replica=Replica(region="ap-hongkong", name="copy")),
        stored(retention=Retention(keep_days=400, archive_after_days=30)),
    ],
    ids=["plain", "replica", "archive"],
)
def test_a_preview_costs_what_its_stack_file_costs(stack: Stack):
    assert told(previewed(stack)) == Change(month_of_cost(stack))


def test_a_replica_is_most_of_what_it_costs():
    """What is copied is stored, and billed for the way there: the copy alone is more than the original."""
    copy = Replica(region="ap-hongkong", name="copy")

    texts = [told(previewed(stored(versioning=True, replica=each))).text for each in (None, copy)]

    one, both = (Decimal(text.rpartition("$")[2]) for text in texts)
    assert both > 2 * one


def test_cost_goes_by_the_rules_in_the_preview():
    before, _, after = told(golden("prod")).text.partition(" → ")
    same, _, again = told(golden("local")).text.partition(" → ")

    assert before != after
    assert same == again == before
    assert told(golden("dev")).text.startswith("$0.00 → $")


def test_a_class_without_a_price_is_named():
    stack = replace(
        stored(retention=Retention(keep_days=400, deep_archive_after_days=30)), region="ap-singapore"
    )

    found = told(previewed(stack))

    assert found.text == "$0.00 → not known"
    assert found.unknown.startswith("no price is known (--prices) of storage DEEP_ARCHIVE: usd_per_gb_month")


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (golden("broken"), "the preview failed"),
        (
            replace(golden("prod"), complete=False),
            "the preview leaves out what does not change (--show-sames)",
        ),
        (plan(), "no application is declared"),
    ],
)
def test_cost_is_not_guessed_but_explained(plan: Plan, why: str):
    assert told(plan) == Change("not known", why)


def test_what_is_known_only_after_the_deployment_is_named():
    stack = stored(versioning=True, replica=Replica(region="ap-hongkong", name="copy"))
    steps = previewed(stack).steps
    later = [
        replace(step, new={**step.inputs, "replicaRules": [{"destinationBucket": UNKNOWN}]})
        if step.inputs.get("replicaRules")
        else step
        for step in steps
    ]

    found = told(Plan("prod", tuple(later)))

    assert found.text == "$0.00 → not known"
    assert found.unknown == "replicaRules[0].destinationBucket is known only after the deployment"


def test_the_amounts_are_dated_and_what_is_not_in_them_is_named():
    without, included = expense.assumed(HOURS, PRICES), expense.assumed(HOURS, PRICES.with_recording(HOURS))

    assert "with 100 hours of rooms a day" in without
    assert ", 2023-07. Not in it: GME's recording fee" in without
    assert "recording fee" not in included
