"""All sources about all stacks."""

from datetime import UTC, datetime

import pytest

from gme_recording.review.effect import Row
from gme_recording.review.expense import Change
from gme_recording.review.plan import Plan
from gme_recording.review.report import Means, review
from tests.review.make import STASH, golden, plan, raw_step

AT = datetime(2026, 11, 22, tzinfo=UTC)


def row(plan: Plan, means: Means | None = None) -> Row:
    (only,) = review([plan], means or Means(), at=AT).comment.rows
    return only


def test_a_row_sums_a_stack_up():
    assert row(golden("staging"), Means(cost=lambda plan: Change(f"cost of {plan.stack}", "why"))) == Row(
        stack="staging",
        counts={"update": 2, "create": 4, "replace": 2, "delete": 2},
        policy="1 warns",
        smoke="due (full)",
        cost="cost of staging",
        cost_unknown="why",
    )
    assert row(golden("broken")).policy == "preview failed"


@pytest.mark.parametrize(
    ("op", "mode", "wanted"),
    [
        ("create", "full", "due (full)"),
        ("update", "probe", "due (probe)"),
        ("same", "full", "not due"),
        ("update", "off", "off"),
        ("same", "off", "off"),
        ("update", {"no": "mode"}, "due (full)"),
    ],
)
def test_whether_the_smoke_test_is_due(op, mode, wanted):
    inputs = {"input": {"mode": mode}}

    assert row(plan(raw_step(STASH, op, None if op == "create" else {}, inputs))).smoke == wanted


def test_without_a_smoke_test_there_is_nothing_to_say():
    assert row(plan()).smoke == ""


def test_what_should_stop_a_merge_is_counted():
    told = review([golden("prod"), golden("staging"), golden("broken")], Means())

    assert (told.stops, told.gone, told.failed) == (2, 5, 1)


def test_each_stack_has_its_own_policy_configuration():
    policies = {"prod": {"bucket-logged": "disabled"}}

    rows = review([golden("prod"), golden("dev")], Means(policies=policies)).comment.rows

    assert [each.policy for each in rows] == ["**2 stop**", "1 warns"]


def test_json_has_what_the_comment_has():
    data = review([golden("dev")], Means(), commit="1a2b3c4", at=AT).data()

    assert data["commit"] == "1a2b3c4"
    assert data["at"] == "2026-11-22T00:00:00+00:00"
    assert data["stacks"] == [
        {
            "stack": "dev",
            "counts": {"create": 6},
            "policy": "1 warns",
            "smoke": "due (full)",
            "cost": "",
            "costUnknown": "",
        }
    ]
    assert data["costs"] == ""
    assert data["effects"][0] == {
        "stack": "dev",
        "topic": "changes",
        "severity": "change",
        "text": "**create** Policy `recording-access-recorder`",
        "lines": [],
        "folded": "",
        "urn": golden("dev").steps[0].urn,
    }
