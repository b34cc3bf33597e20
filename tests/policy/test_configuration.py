"""What `policy/<stack>.json` may say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from policy.configuration import RULES, Level, level, problems
from policy.rule import Option, Rule, Severity
from tests.components.stacks import ROOT

FILES = sorted((ROOT / "policy").glob("*.json"))
LEVELS = "one of mandatory, advisory, disabled"


def said(given: object) -> list[str]:
    return [str(problem) for problem in problems(given)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_committed_is_sound(file: Any) -> None:
    assert said(json.loads(file.read_text(encoding="utf-8"))) == []


def test_every_rule_takes_each_of_its_options_as_it_is_by_default() -> None:
    for rule in RULES.values():
        given = {option.name: json.loads(json.dumps(option.schema["default"])) for option in rule.options}
        assert said({rule.id: given}) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ([], "the file is []: an object: rule → level, or enforcementLevel and options"),
        ({"nope": "mandatory"}, "nope: no rule has this name"),
        ({"acl-privat": "mandatory"}, "acl-privat: no rule has this name (did you mean acl-private?)"),
        ({"acl-private": "loud"}, f'acl-private is "loud": {LEVELS}'),
        ({"acl-private": 3}, f"acl-private is 3: {LEVELS}"),
        ({"acl-private": {"enforcementLevel": None}}, f"acl-private.enforcementLevel is null: {LEVELS}"),
        (
            {"retention-limited": {"maximumDay": 3}},
            "retention-limited.maximumDay is 3: no option of this rule; its options: maximumDays,"
            " maximumVersionDays (did you mean maximumDays?)",
        ),
        ({"acl-private": {"x": 1}}, "acl-private.x is 1: no option of this rule; its options: none"),
        ({"all": {"x": 1}}, "all.x is 1: nothing but enforcementLevel holds for all rules"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(given: object, problem: str) -> None:
    assert said(given) == [problem]


@pytest.mark.parametrize("wrong", ["365", 0, -1, 1.5, True, None, [365]])
def test_days_are_whole_numbers(wrong: object) -> None:
    assert said({"retention-limited": {"maximumDays": wrong}}) == [
        f"retention-limited.maximumDays is {json.dumps(wrong)}: a whole number, 1 or more"
    ]


@pytest.mark.parametrize(
    ("default", "right", "wrong"),
    [
        (True, [False], ["true", 1]),
        (1, [7, 7.0], [True, "7"]),
        ("", ["prod"], [1, None]),
        (("a",), [[], ["b"]], ["b", [1], None]),
    ],
)
def test_options_take_what_their_schema_takes(default: Any, right: list[Any], wrong: list[Any]) -> None:
    option = Option("it", default, "what it means")
    assert all(option.takes(value) for value in right)
    assert not any(option.takes(value) for value in wrong)


def test_all_mistakes_are_told_at_once() -> None:
    given = {"nope": "mandatory", "scope-custom": {"enforcementLevel": "loud", "scope": 1, "scopes": "full"}}
    assert len(said(given)) == 4


def test_a_level_is_the_rules_own_or_that_of_all_or_goes_by_severity() -> None:
    rule: Rule[Any] = RULES["retention-limited"]
    assert rule.severity is Severity.HIGH
    assert level(rule, {}) is Level.MANDATORY
    assert level(rule, {"all": "advisory"}) is Level.ADVISORY
    assert level(rule, {"all": {"enforcementLevel": "disabled"}}) is Level.DISABLED
    assert level(rule, {"all": "disabled", rule.id: "mandatory"}) is Level.MANDATORY
    assert level(rule, {"all": "disabled", rule.id: {"maximumDays": 3}}) is Level.DISABLED
