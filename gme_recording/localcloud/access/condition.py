"""Conditions of a statement against the facts of a request (pure; operators of 598/10608)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network

from gme_recording.localcloud.access.document import Condition
from gme_recording.localcloud.access.match import matches

Facts = Mapping[str, str]
"""Condition key in lower case → what the request says."""


class UnknownOperator(Exception):
    """A condition that cannot be judged."""


def _number(found: str, wanted: str) -> int:
    first, second = float(found), float(wanted)
    return (first > second) - (first < second)


def _in_network(found: str, wanted: str) -> bool:
    return ip_address(found) in ip_network(wanted, strict=False)


_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "bool_equal": lambda found, wanted: found.lower() == wanted.lower(),
    "ip_equal": _in_network,
    "string_equal": lambda found, wanted: found == wanted,
    "string_equal_ignore_case": lambda found, wanted: found.lower() == wanted.lower(),
    "string_like": lambda found, wanted: matches(wanted, found),
    "numeric_equal": lambda found, wanted: _number(found, wanted) == 0,
    "numeric_greater_than": lambda found, wanted: _number(found, wanted) > 0,
    "numeric_greater_than_equal": lambda found, wanted: _number(found, wanted) >= 0,
    "numeric_less_than": lambda found, wanted: _number(found, wanted) < 0,
    "numeric_less_than_equal": lambda found, wanted: _number(found, wanted) <= 0,
}
_NEGATIONS: Mapping[str, str] = {
    "ip_not_equal": "ip_equal",
    "string_not_equal": "string_equal",
    "string_not_equal_ignore_case": "string_equal_ignore_case",
    "string_not_like": "string_like",
    "numeric_not_equal": "numeric_equal",
}
OPERATORS = frozenset(_TESTS) | frozenset(_NEGATIONS) | {"null_equal"}


def holds(condition: Condition, facts: Facts) -> bool:
    """One of the values fits (for a negation: none does). A fact that is missing fits nothing, unless the
    operator ends in `_if_exist`. Raises UnknownOperator for what cannot be judged.
    """
    operator = condition.operator.removesuffix("_if_exist")
    found = facts.get(condition.key)
    if operator not in OPERATORS:
        raise UnknownOperator(condition.operator)
    if operator == "null_equal":
        return any((wanted.lower() == "true") == (found is None) for wanted in condition.values)
    if found is None:
        return operator != condition.operator or operator in _NEGATIONS
    test = _TESTS[_NEGATIONS.get(operator, operator)]
    try:
        fits = any(test(found, wanted) for wanted in condition.values)
    except ValueError as error:
        raise UnknownOperator(f"{operator} of {condition.values}") from error
    return fits != (operator in _NEGATIONS)
