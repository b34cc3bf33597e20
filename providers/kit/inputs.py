"""Inputs as a state shows them: what refresh and import write back into the stack."""

from __future__ import annotations

from typing import Any

from providers.kit.diff import diff
from providers.kit.property import WORDS, Kind, Many, One, Property, empty, equal
from providers.kit.values import DEFAULTS, Values


def imported(properties: tuple[Property, ...], state: Values) -> dict[str, Any]:
    """Return the inputs that would make a state: everything that is neither empty nor a default."""
    inputs = {
        each.name: _input(each.kind, state.get(each.name))
        for each in properties
        if each.input and not empty(state.get(each.name)) and state.get(each.name) != each.default
    }
    return {DEFAULTS: [], **inputs}


def refreshed(properties: tuple[Property, ...], state: Values, inputs: Values) -> dict[str, Any]:
    """Return inputs with what has changed behind them; what was never declared is not added."""
    kinds = {each.name: each.kind for each in properties}
    drifted = {change.property for change in diff(properties, state, inputs)}
    reworded = {
        name for name in inputs if kinds.get(name) is str and not equal(inputs[name], state.get(name))
    }
    current = {
        name: _drifted(kinds[name], state.get(name), value) if name in drifted | reworded else value
        for name, value in inputs.items()
        if name != DEFAULTS
    }
    if DEFAULTS in inputs:
        current[DEFAULTS] = [name for name in inputs[DEFAULTS] if name not in drifted]
    return current


def _drifted(kind: Kind, value: Any, declared: Any) -> Any:
    if kind is WORDS and value is not None:
        return {key: value[key] for key in declared if key in value}
    return _input(kind, value)


def _input(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is WORDS:
        return {DEFAULTS: [], **value}
    if isinstance(kind, One):
        return imported(kind.of, value)
    if isinstance(kind, Many) and isinstance(kind.of, tuple):
        return [imported(kind.of, item) for item in value]
    return value
