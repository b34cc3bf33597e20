"""What holds for every rule; a new one is tested before its author writes a test."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import components.access
import components.tags
from policy import RESOURCE_RULES, STACK_RULES, access, console
from policy.inputs import SECRET, SIGNATURE, UNKNOWN, Inputs
from policy.rule import Outcome, Resource, Rule, Verdict, judge
from tests.components.stacks import ROOT
from tests.policy.cases import CASES, Case

ALL: tuple[Rule[Any], ...] = (*RESOURCE_RULES, *STACK_RULES)
RULES = {rule.id: rule for rule in ALL}
HIDDEN = {SIGNATURE: SECRET, "value": "AKID" + "x" * 32}
LISTS = {
    "cis-alibaba-2.0": r"\d+\.\d+",
    "cis-aws-7.0": r"\d+(\.\d+)+",
    "checkov": r"CKV2?_(AWS|ALI)_\d+",
    "prowler": r"(oss|s3)_bucket_[a-z_]+",
}


def verdict(case: Case, subject: Any = None) -> Verdict:
    given = case.subject if subject is None else subject
    return judge(RULES[case.rule], given, case.options)


def passing() -> list[Case]:
    return [case for case in CASES if not case.says]


def altered(value: Any, by: Any) -> Iterator[Any]:
    """The value with each of its parts in turn replaced, from itself down to the leaves."""
    yield by
    if isinstance(value, dict):
        for key, each in value.items():
            yield from ({**value, key: other} for other in altered(each, by))
    if isinstance(value, list):
        for at, each in enumerate(value):
            yield from ([*value[:at], other, *value[at + 1 :]] for other in altered(each, by))


def hidden(subject: Resource | tuple[Resource, ...], by: Any) -> Iterator[Any]:
    """The subject with each part of its inputs in turn replaced."""
    if isinstance(subject, tuple):
        for at, each in enumerate(subject):
            yield from ((*subject[:at], other, *subject[at + 1 :]) for other in hidden(each, by))
    else:
        _, *inputs = altered(subject.inputs._values, by)
        yield from (replace(subject, inputs=Inputs(each)) for each in inputs)


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_shown_something_sound_and_something_wrong(rule: str) -> None:
    shown = {bool(case.says) for case in CASES if case.rule == rule}
    assert shown == {True, False}


@pytest.mark.parametrize("rule", [rule.id for rule in RESOURCE_RULES])
def test_every_rule_is_shown_each_type_that_it_is_about(rule: str) -> None:
    shown = {case.subject.type for case in CASES if case.rule == rule and isinstance(case.subject, Resource)}
    assert shown >= set(RULES[rule].types)
    assert all(RULES[rule].concerns(case.subject) for case in CASES if case.rule == rule)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", passing(), ids=lambda case: case.rule)
def test_what_is_sound_passes(case: Case) -> None:
    assert verdict(case) == Verdict(Outcome.PASSED)


@pytest.mark.parametrize("case", [case for case in CASES if case.says], ids=lambda case: case.rule)
def test_what_is_wrong_is_found_and_said(case: Case) -> None:
    found = verdict(case)
    assert found.outcome is Outcome.VIOLATED
    assert case.says in found.text


@pytest.mark.parametrize("case", passing(), ids=lambda case: case.rule)
@pytest.mark.parametrize("by", [UNKNOWN, HIDDEN], ids=["unknown", "secret"])
def test_what_is_not_known_is_no_violation(case: Case, by: Any) -> None:
    for subject in hidden(case.subject, by):
        assert verdict(case, subject).outcome in {Outcome.PASSED, Outcome.UNDECIDED}


def test_what_could_not_be_decided_says_which_input_was_missing() -> None:
    unknown = Resource("", "", Inputs({"lifecycleRules": [{"expiration": {"days": UNKNOWN}}]}))
    found = judge(RULES["retention-limited"], unknown, {})
    assert found == Verdict(
        Outcome.UNDECIDED, "lifecycleRules[0].expiration.days is known only after the deployment"
    )


def test_a_violation_never_repeats_the_secret() -> None:
    found = [verdict(case) for case in CASES if case.rule == "no-plain-secrets" and case.says]
    assert not [each for each in found if re.search(r"AKIDx|BEGIN|:word@|q-signature=", each.text)]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_explains_itself(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
    assert rule.title[0].isupper()
    assert rule.reason[0].isupper()
    assert rule.reason.endswith(".")
    assert rule.hint
    assert not rule.hint.endswith(".")


def test_no_two_rules_share_an_id() -> None:
    assert len(RULES) == len(ALL)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_ids_of_published_lists_have_the_form_of_their_list(rule: Rule[Any]) -> None:
    for entry in rule.maps_to:
        name, _, number = entry.partition(":")
        assert re.fullmatch(LISTS[name], number), entry


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_options_describe_themselves_to_the_engine(rule: Rule[Any]) -> None:
    for option in rule.options:
        assert option.schema.keys() >= {"type", "default", "description"}
        assert option.name != "enforcementLevel"
    assert rule.options_of({}) == {option.name: option.default for option in rule.options}


def test_names_are_those_of_the_components() -> None:
    assert set(console.TAGGABLE) == components.tags.TAGGABLE
    assert access.GME_SERVICE == components.access.GME_SERVICE


def test_the_rules_load_nothing_that_the_packs_environment_lacks() -> None:
    """They run beside `pulumi_policy` alone; what else is in this environment is not there."""
    program = (
        "import sys; before = {*sys.modules}; import policy.reference; "
        "print(*sorted({name.partition('.')[0] for name in {*sys.modules} - before}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    strangers = {*done.stdout.split()} - sys.stdlib_module_names
    assert strangers == {"policy", "gme_recording"}
