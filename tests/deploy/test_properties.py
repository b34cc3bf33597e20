import json

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.deploy.properties import SIGNATURE, UNKNOWN, changes, render
from gme_recording.deploy.step import Change

SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]", "value": "canary"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
properties = st.dictionaries(st.sampled_from(["size", "name", "rules"]), values)


@given(properties)
def test_equal_properties_have_no_changes(same):
    assert changes(same, json.loads(json.dumps(same))) == ()


@given(properties, properties)
def test_different_properties_have_changes_and_each_one_shows_a_difference(old, new):
    found = changes(old, new)

    assert bool(found) == (old != new)
    assert len({change.path for change in found}) == len(found)


def test_a_change_deep_inside_is_named_by_its_path():
    old = {"lifecycleRules": [{"id": "a", "expiration": {"days": 30}}], "tags": {"env": "x"}}
    new = {"lifecycleRules": [{"id": "a", "expiration": {"days": 60}}], "tags": {"env": "x", "team": "y"}}

    assert changes(old, new) == (
        Change("lifecycleRules[0].expiration.days", "30", "60"),
        Change("tags.team", None, '"y"'),
    )


def test_only_the_given_paths_are_looked_at():
    old, new = {"a": 1, "b": {"c": [1]}}, {"a": 2, "b": {"c": [1, 5]}}

    assert changes(old, new, ["b.c[1]"]) == (Change("b.c[1]", None, "5"),)


def test_policies_are_compared_by_what_they_say():
    old = {"policy": '{"version": "2.0", "statement": [{"effect": "allow"}]}'}
    new = {"policy": '{"statement":[{"effect":"deny"}],"version":"2.0"}'}

    assert changes(old, new) == (Change("policy.statement[0].effect", '"allow"', '"deny"'),)


def test_secrets_and_bookkeeping_are_never_shown():
    old = {"key": "old", "nested": {"key": SECRET}, "__defaults": ["a"], "__internal": {"x": "canary"}}
    new = {"key": SECRET, "nested": {"key": "new"}, "__defaults": ["b"]}

    found = changes(old, new)

    assert found == (Change("key", '"old"', "[secret]"), Change("nested.key", "[secret]", '"new"'))
    assert "canary" not in render({"list": [SECRET], "__internal": "canary"})


def test_what_is_not_known_yet_says_so():
    assert changes({"id": "x"}, {"id": UNKNOWN}) == (Change("id", '"x"', "[known after up]"),)


def test_long_values_are_shortened():
    assert len(render("x" * 1000)) == 100


def test_the_change_of_a_secret_is_seen_but_not_told():
    other = {**SECRET, "ciphertext": "other"}

    assert changes({"key": SECRET}, {"key": other}) == (Change("key", "[secret]", "[secret]"),)
