"""Every committed stack against the rules, as the program declares it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components import RecordingEnvironment, tags
from components.config import files, parse
from components.config.model import (
    Access,
    AccessLog,
    AccessPolicy,
    Grant,
    Replica,
    Retention,
    Storage,
)
from components.config.model import Stack as Environment
from policy.rule import Stack
from tests.components.stacks import ROOT, a_stack, handed_over
from tests.policy.resources import sent, violated
from tests.support import wire

DEVIATIONS = {
    "bucket-logged": {"local", "dev", "staging", "prod"},
}
"""Rules that stacks do not follow: no stack has a bucket for access logs yet. The rule warns."""

PROD: dict[str, Any] = json.loads((ROOT / "policy" / "prod.json").read_text(encoding="utf-8"))


def declare(stack: Environment) -> None:
    tags.register(stack.tags)
    RecordingEnvironment("recording", {"stack": stack, "owner_uin": "100000000001", "root": ROOT})


def declared(stack: str, *, preview: bool) -> Stack:
    found = wire.run(
        lambda: declare(parse.from_pulumi()), stack=stack, config=handed_over(stack), preview=preview
    )
    return tuple(sent(each) for each in found.registered)


def deviations(stack: str) -> set[str]:
    return {rule for rule, stacks in DEVIATIONS.items() if stack in stacks}


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "up"])
@pytest.mark.parametrize("stack", files.stacks(ROOT))
def test_every_stack_follows_the_rules(stack: str, *, preview: bool) -> None:
    assert violated(declared(stack, preview=preview), {}).keys() == deviations(stack)


def test_prod_follows_the_rules_that_are_set_for_it() -> None:
    options = {rule: {} if isinstance(given, str) else given for rule, given in PROD.items()}
    assert violated(declared("prod", preview=False), options).keys() == deviations("prod")


def test_production_with_everything_that_can_be_declared_follows_the_rules() -> None:
    """But for the copies: their readers are not logged, since a log has to be in the bucket's region."""
    storage = Storage(
        name="voice",
        retention=Retention(keep_days=30),
        versioning=True,
        allowed_networks=("203.0.113.0/24",),
        access_log=AccessLog(name="logs", keep_days=90),
        replica=Replica(region="ap-singapore", name="copies"),
    )
    access = Access(grant=Grant.CREATE, policies=tuple(AccessPolicy), operators=("ops",))
    stack = a_stack(apps=2, storage=storage, access=access, tags={"environment": "prod"})
    resources = tuple(sent(each) for each in wire.run(lambda: declare(stack)).registered)
    assert violated(resources, {}) == {"bucket-logged": "copies-1250000000: logEnable is not true"}
