from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import StringAsset
from pulumi.provider.experimental.property_value import PropertyValue

from providers.kit.values import UNKNOWN, known, plain, wired

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.text(max_size=8).filter(lambda text: not text.startswith("04da6b54"))
    | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4).filter(lambda key: not key.startswith("4dabf1")), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=3))
def test_values_survive_the_wire(values):
    sent = PropertyValue.unmarshal_map(PropertyValue.marshal_map(wired(values)))
    assert plain(sent) == values


def test_secrets_are_read_in_clear_and_marked_where_asked():
    value = PropertyValue({"key": PropertyValue("s3cret", is_secret=True)})
    assert plain({"a": value}) == {"a": {"key": "s3cret"}}
    marked = wired({"key": "s3cret", "id": "x"}, frozenset({"key"}))
    assert (marked["key"].is_secret, marked["id"].is_secret) == (True, False)


def test_an_unknown_part_makes_the_whole_not_known():
    assert not known({"a": [{"b": UNKNOWN}]})
    assert known({"a": [{"b": None}]})


def test_assets_are_refused():
    with pytest.raises(TypeError, match="takes no StringAsset"):
        plain({"a": PropertyValue(StringAsset("text"))})
