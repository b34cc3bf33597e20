"""Every committed stack against the rules, as the program declares it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components import RecordingEnvironment, tags
from components.config import files, parse
from policy import RESOURCE_RULES, STACK_RULES
from policy.rule import Options, Outcome, Rule, Stack, judge
from tests.components.stacks import ROOT, handed_over
from tests.policy.resources import sent
from tests.support import wire

DEVIATIONS = {
    "bucket-logged": {"local", "dev", "staging", "prod"},
}
"""Rules that stacks do not follow: no stack has a bucket for access logs yet. The rule warns."""

LEVELS = ("advisory", "mandatory", "remediate", "disabled")
PROD: dict[str, Any] = json.loads((ROOT / "policy" / "prod.json").read_text(encoding="utf-8"))


def program() -> None:
    stack = parse.from_pulumi()
    tags.register(stack.tags)
    RecordingEnvironment("recording", {"stack": stack, "owner_uin": "100000000001", "root": ROOT})


def declared(stack: str, *, preview: bool) -> Stack:
    found = wire.run(program, stack=stack, config=handed_over(stack), preview=preview)
    return tuple(sent(each) for each in found.registered)


def violated(stack: Stack, configured: dict[str, Options]) -> dict[str, str]:
    """Rules that are violated, with what they say."""
    verdicts = [
        (rule.id, judge(rule, each, configured.get(rule.id, {})))
        for rule in RESOURCE_RULES
        for each in stack
        if rule.concerns(each)
    ]
    verdicts.extend((rule.id, judge(rule, stack, configured.get(rule.id, {}))) for rule in STACK_RULES)
    return {rule: each.text for rule, each in verdicts if each.outcome is Outcome.VIOLATED}


def deviations(stack: str) -> set[str]:
    return {rule for rule, stacks in DEVIATIONS.items() if stack in stacks}


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("stack", files.stacks(ROOT))
def test_every_stack_follows_the_rules(stack: str, *, preview: bool) -> None:
    assert violated(declared(stack, preview=preview), {}).keys() == deviations(stack)


def test_prod_follows_the_rules_that_are_set_for_it() -> None:
    options = {rule: {} if isinstance(given, str) else given for rule, given in PROD.items()}
    assert violated(declared("prod", preview=False), options).keys() == deviations("prod")


def test_the_configuration_of_prod_names_rules_options_and_levels() -> None:
    rules: tuple[Rule[Any], ...] = (*RESOURCE_RULES, *STACK_RULES)
    known = {rule.id: rule for rule in rules}
    for rule, given in PROD.items():
        settings = {"enforcementLevel": given} if isinstance(given, str) else dict(given)
        assert settings.pop("enforcementLevel") in LEVELS
        assert settings.keys() <= {option.name for option in known[rule].options}
