from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.diff import Change, Verb, diff
from providers.kit.property import WORDS, Many, One, Property
from providers.kit.state import planned, raw_delta, settled_object
from providers.kit.values import UNKNOWN, Values

LIMIT = (Property(name="days", kind=int), Property(name="date", blank=""), Property(name="mark", kind=bool))
TABLE = (
    Property(name="bucket", replaces=True),
    Property(name="text"),
    Property(name="on", kind=bool),
    Property(name="tags", kind=WORDS),
    Property(name="list", kind=Many(str)),
    Property(name="set", kind=Many(str, ordered=False)),
    Property(name="rules", kind=Many((Property(name="id", computed=True), *LIMIT))),
    Property(name="limits", kind=Many(LIMIT, ordered=False), vendor="limit"),
    Property(name="limit", kind=One(LIMIT, ordered=False)),
    Property(name="url", computed=True),
    Property(name="made", output=True),
)


def changes(state: Values, inputs: Values) -> dict[str, Verb]:
    return {each.path: each.verb for each in diff(TABLE, state, inputs)}


@pytest.mark.parametrize(
    ("state", "inputs"),
    [
        ({"text": ""}, {}),
        ({"text": None}, {"text": ""}),
        ({"on": False}, {}),
        ({"tags": {}}, {}),
        ({"tags": {"n": "1"}}, {"tags": {"n": 1}}),
        ({"set": ["a", "b"]}, {"set": ["b", "a"]}),
        ({"rules": [{"id": "given by the cloud", "days": 1, "date": ""}]}, {"rules": [{"days": 1}]}),
        ({"limits": [{"days": 1}, {"days": 2, "mark": False}]}, {"limits": [{"days": 2}, {"days": 1}]}),
        ({"url": "http://a"}, {}),
        ({"url": "http://a"}, {"url": ""}),
        ({"made": "a"}, {}),
        ({"__pulumi_raw_state_delta": {"obj": {}}}, {"__defaults": []}),
    ],
)
def test_the_same_thing_said_otherwise_is_no_change(state, inputs):
    assert changes(state, inputs) == {}


@pytest.mark.parametrize(
    ("state", "inputs", "expected"),
    [
        ({"text": "a"}, {"text": "b"}, {"text": Verb.UPDATE}),
        ({"text": "a"}, {}, {"text": Verb.DELETE}),
        ({"on": None}, {"on": False}, {"on": Verb.ADD}),
        ({"tags": None}, {"tags": {"a": "b"}}, {"tags": Verb.ADD}),
        ({"tags": {"a": "b"}}, {"tags": {"c": "d"}}, {"tags.a": Verb.DELETE, "tags.c": Verb.ADD}),
        ({"list": ["a"]}, {"list": ["b", "c"]}, {"list[0]": Verb.UPDATE, "list[1]": Verb.ADD}),
        ({"list": ["a", "b"]}, {"list": ["a"]}, {"list[1]": Verb.DELETE}),
        ({"limit": {"days": 3}}, {"limit": {"days": 4}}, {"limit.days": Verb.UPDATE}),
        ({"limit": {"date": "1 May"}}, {"limit": {}}, {"limit.date": Verb.UPDATE}),
        ({"limits": [{"days": 1}]}, {"limits": [{"days": 0}]}, {"limits": Verb.UPDATE}),
        ({"rules": [{"days": 1}]}, {"rules": UNKNOWN}, {"rules": Verb.UPDATE}),
    ],
)  # fmt: skip
def test_a_change_is_named_by_its_path(state, inputs, expected):
    assert changes(state, inputs) == expected


def test_replacement_and_ignored_properties():
    state, inputs = {"bucket": "a", "text": "a"}, {"bucket": "b", "text": "b"}
    assert diff(TABLE, state, inputs, frozenset({"text"})) == (Change("bucket", Verb.UPDATE, replaces=True),)


WORD = st.text("abc", min_size=1, max_size=3)
DAYS = st.fixed_dictionaries({}, optional={"days": st.integers(1, 3), "mark": st.booleans(), "date": WORD})
INPUTS = st.fixed_dictionaries(
    {"bucket": WORD},
    optional={
        "text": st.text("ab", max_size=2),
        "on": st.booleans(),
        "tags": st.dictionaries(WORD, WORD, max_size=2),
        "list": st.lists(WORD, max_size=3),
        "set": st.lists(WORD, max_size=3, unique=True),
        "rules": st.lists(DAYS, max_size=2),
        "limits": st.lists(DAYS, max_size=2),
        "limit": DAYS,
        "url": WORD,
    },
)


@given(INPUTS)
def test_what_was_planned_differs_from_nothing(inputs):
    assert (
        changes(planned(TABLE, inputs) | {"url": "x"}, {k: v for k, v in inputs.items() if k != "url"}) == {}
    )


@given(INPUTS, INPUTS)
def test_an_update_leads_to_what_is_declared(before, after):
    state = planned(TABLE, before) | {"url": "x", "made": "y"}
    assert changes(planned(TABLE, after, state), after) == {}
    if not changes(state, after):
        assert planned(TABLE, after, state)["made"] == "y"


@given(INPUTS)
def test_settling_what_was_planned_keeps_it(inputs):
    state = planned(TABLE, inputs)
    read = {name: value for name, value in state.items() if value is not UNKNOWN}
    assert settled_object(TABLE, read, state, applied=True) | {"url": 0, "made": 0} == state | {
        "url": 0,
        "made": 0,
    }


def test_a_preview_knows_what_only_the_cloud_can_say():
    assert planned(TABLE, {"bucket": "a", "rules": [{}]})["rules"][0]["id"] is UNKNOWN
    assert planned(TABLE, {"bucket": "a"})["made"] is UNKNOWN
    assert planned(TABLE, {"bucket": "b"}, {"bucket": "a", "made": "x", "url": "y"})["url"] == "y"


def test_the_bookkeeping_of_bridged_providers_follows_from_the_table():
    state = {"tags": {"a": "b"}, "limits": [{"days": 1}], "limit": None, "list": None, "set": []}
    assert raw_delta(TABLE, state) == {
        "obj": {
            "ps": {
                "tags": {"map": {}},
                "set": {"arr": {}},
                "limits": {"arr": {"el": {"0": {"obj": {}}}}},
                "limit": {"plu": {"i": {}}},
            },
            "renamed": {"limits": "limit"},
        }
    }
