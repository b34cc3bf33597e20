from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.check import Failure, Fault, Naming, check
from providers.kit.property import WORDS, Many, One, Property, at_least, one_of
from providers.kit.values import DEFAULTS, UNKNOWN

RULES = Property(
    name="rules",
    kind=Many((Property(name="days", kind=int, rules=(at_least(0),)), Property(name="mode", default="on"))),
    vendor="rule",
)
TABLE = (
    Property(name="name", autonamed=True),
    Property(name="size", kind=int, required=True),
    Property(name="acl", default="private", rules=(one_of("private", "public"),)),
    Property(name="isOn", kind=bool),
    Property(name="tags", kind=WORDS),
    RULES,
    Property(name="limit", kind=One((Property(name="days", kind=int, required=True),), ordered=False)),
    Property(name="site", kind=One(()), served=False),
    Property(name="role", needs=("isOn", "role")),
    Property(name="made", output=True),
)
CHOICE = (Property(name="userId", one_of=("userId", "userName")), Property(name="userName"))
NAMING = Naming("it", b"seed")


def checked(news: dict[str, Any], olds: dict[str, Any] | None = None) -> tuple[dict[str, Any], list[Failure]]:
    return check(TABLE, {"size": 1, **news}, olds or {}, NAMING)


def test_what_goes_together_is_given_together():
    assert checked({"role": "r", "isOn": False})[1] == []
    (failure,) = checked({"role": "r"})[1]
    assert failure == Failure(
        "role", Fault.INCOMPLETE, '"role": all of `is_on,role` must be specified', "role"
    )


@pytest.mark.parametrize("given", ["userId", "userName"])
def test_one_of_several_is_given(given: str):
    assert check(CHOICE, {given: "a"}, {}, NAMING)[1] == []
    (failure,) = check(CHOICE, {}, {}, NAMING)[1]
    assert failure.reason == '"user_id": one of `user_id,user_name` must be specified'


def test_defaults_are_filled_in_and_listed_at_every_level():
    inputs, failures = checked({"name": "a", "rules": [{"days": 1}]})
    assert failures == []
    assert inputs == {
        DEFAULTS: ["acl"],
        "name": "a",
        "size": 1,
        "acl": "private",
        "rules": [{DEFAULTS: ["mode"], "days": 1, "mode": "on"}],
    }


def test_all_failures_are_told_at_once():
    _, failures = check(
        TABLE,
        {"acl": "open", "colour": "red", "tags": ["a"], "rules": [{"days": -1}, {"days": "x"}], "limit": {}},
        {},
        NAMING,
    )
    assert {(each.path, each.fault) for each in failures} == {
        ("size", Fault.MISSING),
        ("acl", Fault.VALUE),
        ("colour", Fault.UNKNOWN_KEY),
        ("tags", Fault.KIND),
        ("rules[0].days", Fault.VALUE),
        ("rules[1].days", Fault.KIND),
        ("limit", Fault.MISSING),
    }
    assert {each.vendor for each in failures if each.path.startswith("rules")} == {
        "rule.0.days",
        "rule.1.days",
    }


@pytest.mark.parametrize(
    ("given_", "taken"),
    [
        ({"size": "30"}, {"size": 30}),
        ({"size": 30.5}, {"size": 30}),
        ({"isOn": "true"}, {"isOn": True}),
        ({"is_on": False}, {"isOn": False}),
        ({"rules": {"days": 1}}, {"rules": [{DEFAULTS: ["mode"], "days": 1, "mode": "on"}]}),
        ({"limit": [{"days": 1}]}, {"limit": {DEFAULTS: [], "days": 1}}),
        ({"acl": None}, {"acl": "private"}),
    ],
)
def test_other_forms_of_a_value_are_accepted(given_, taken):
    inputs, failures = checked(given_)
    assert failures == []
    assert {name: inputs[name] for name in taken} == taken


def test_a_name_is_made_once_and_kept():
    first, _ = checked({})
    assert first["name"].startswith("it-")
    assert first[DEFAULTS] == ["acl", "name"]
    again, _ = check(TABLE, {"size": 1}, first, Naming("it", b"another seed"))
    assert again["name"] == first["name"]


def test_what_is_not_served_is_refused_unless_it_stands():
    _, failures = checked({"site": {"index": "a"}})
    assert failures == [Failure("site", Fault.NOT_SERVED, "is not served", "site")]
    assert checked({"site": {"index": "a"}}, {"site": {"index": "a"}})[1] == []


def test_unknown_values_pass_every_rule():
    news = {"size": UNKNOWN, "acl": UNKNOWN, "tags": UNKNOWN, "rules": [{"days": UNKNOWN}], "limit": UNKNOWN}
    inputs, failures = check(TABLE, news, {}, NAMING)
    assert failures == []
    assert inputs["rules"][0]["days"] is UNKNOWN


def test_outputs_are_no_inputs():
    assert [each.fault for each in checked({"made": "x"})[1]] == [Fault.UNKNOWN_KEY]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([each.name for each in TABLE]), JSON))
def test_checking_what_was_checked_changes_nothing(news):
    inputs, failures = check(TABLE, news, {}, NAMING)
    if not failures:
        assert check(TABLE, inputs, inputs, NAMING)[0] | {DEFAULTS: []} == inputs | {DEFAULTS: []}
