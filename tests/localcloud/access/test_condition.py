import pytest

from gme_recording.localcloud.access.condition import UnknownOperator, holds
from gme_recording.localcloud.access.document import Condition

FACTS = {"cos:secure-transport": "true", "qcs:ip": "10.1.2.3", "cos:prefix": "a/b", "cos:max-keys": "100"}


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("bool_equal", "cos:secure-transport", ("true",), True),
        ("bool_equal", "cos:secure-transport", ("False",), False),
        ("ip_equal", "qcs:ip", ("10.1.0.0/16",), True),
        ("ip_equal", "qcs:ip", ("10.2.0.0/16", "10.1.2.3"), True),
        ("ip_equal", "qcs:ip", ("10.2.0.0/16",), False),
        ("ip_not_equal", "qcs:ip", ("10.2.0.0/16", "10.3.0.0/16"), True),
        ("ip_not_equal", "qcs:ip", ("10.2.0.0/16", "10.1.0.0/16"), False),
        ("string_equal", "cos:prefix", ("a/b",), True),
        ("string_equal", "cos:prefix", ("A/b",), False),
        ("string_equal_ignore_case", "cos:prefix", ("A/B",), True),
        ("string_not_equal", "cos:prefix", ("a/b",), False),
        ("string_not_equal_ignore_case", "cos:prefix", ("A/B",), False),
        ("string_like", "cos:prefix", ("a/*",), True),
        ("string_not_like", "cos:prefix", ("a/*",), False),
        ("numeric_equal", "cos:max-keys", ("100",), True),
        ("numeric_not_equal", "cos:max-keys", ("100",), False),
        ("numeric_less_than", "cos:max-keys", ("100",), False),
        ("numeric_less_than_equal", "cos:max-keys", ("100",), True),
        ("numeric_greater_than", "cos:max-keys", ("99",), True),
        ("numeric_greater_than_equal", "cos:max-keys", ("101",), False),
        ("null_equal", "cos:delimiter", ("true",), True),
        ("null_equal", "cos:prefix", ("true",), False),
        ("null_equal", "cos:prefix", ("false",), True),
    ],
)
def test_an_operator_compares(operator, key, values, expected):
    assert holds(Condition(operator, key, values), FACTS) is expected


def test_a_fact_that_is_missing_fits_nothing():
    assert not holds(Condition("string_equal", "cos:delimiter", ("/",)), FACTS)
    assert holds(Condition("string_not_equal", "cos:delimiter", ("/",)), FACTS)


def test_a_fact_that_is_missing_is_forgiven_by_if_exist():
    assert holds(Condition("string_equal_if_exist", "cos:delimiter", ("/",)), FACTS)
    assert not holds(Condition("string_equal_if_exist", "cos:prefix", ("/",)), FACTS)


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("date_less_than", "qcs:current_time", "2026"),
        ("ip_equal", "qcs:ip", "everywhere"),
        ("numeric_equal", "cos:prefix", "1"),
    ],
)
def test_what_cannot_be_judged_is_said(operator, key, value):
    with pytest.raises(UnknownOperator):
        holds(Condition(operator, key, (value,)), FACTS)
