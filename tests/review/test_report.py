"""All sources about all stacks."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gme_recording.review.effect import Row
from gme_recording.review.expense import Change
from gme_recording.review.plan import Op, Plan
from gme_recording.review.report import Means, review
from tests.review.make import LINKED_ROLE, STASH, golden, plan, raw_step

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


def grants_of(*stacks: str, policies: dict[str, Any] | None = None) -> list[str]:
    told = review(map(golden, stacks), Means(policies=policies or {}))
    return [each.stack for each in told.comment.effects if "`grant-once`" in each.text]


def test_two_stacks_of_an_account_that_both_make_the_grant_are_found_with_both_in_hand():
    """The recorded `dev` and `local` are of one account; `prod` has the same APPID in another cloud."""
    told = review([golden("dev"), golden("local"), golden("prod")], Means())

    assert {each.stack: each.text for each in told.comment.effects if "`grant-once`" in each.text} == {
        "dev": "**stops** `grant-once`, ServiceLinkedRole `recording-access-grant`:"
        " the same account's role is made by local too",
        "local": "**stops** `grant-once`, ServiceLinkedRole `recording-access-grant`:"
        " the same account's role is made by dev too",
    }
    assert told.stops == 4
    assert told.comment.rows[0].policy == "**1 stops**, 1 warns"


def test_one_stack_of_an_account_makes_its_grant():
    assert grants_of("dev") == []
    assert grants_of("dev", "prod") == []


def test_the_owner_of_the_grant_makes_it_and_a_disabled_rule_is_not_asked():
    owner = {"grant-once": {"grantOwner": "dev"}}

    assert grants_of("dev", "local", policies={"dev": owner}) == ["local"]
    assert grants_of("dev", "local", policies={"local": {"grant-once": "disabled"}}) == ["dev"]


def test_a_grant_that_is_taken_away_collides_with_none():
    left = [
        replace(step, op=Op.DELETE, new=None) if step.type == LINKED_ROLE else step
        for step in golden("dev").steps
    ]

    told = review([replace(golden("dev"), steps=tuple(left)), golden("local")], Means())

    assert not [each for each in told.comment.effects if "`grant-once`" in each.text]
