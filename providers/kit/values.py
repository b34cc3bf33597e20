"""Pulumi's wire values as plain Python values; nothing else of the project touches `PropertyValue`.

Whole numbers are `int`, an object is a `dict`, an unknown value of a preview is `UNKNOWN`. Secret marks are
taken off: a provider that does not announce `acceptSecrets` gets clear values, and the engine marks the
answers again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Final

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime.rpc import UNKNOWN as UNKNOWN_ON_THE_WIRE

Values = Mapping[str, Any]
"""Properties by name."""
DEFAULTS: Final = "__defaults"
"""Input that lists the inputs which Check filled in; a convention of bridged providers, in every object."""
RAW_STATE_DELTA: Final = "__pulumi_raw_state_delta"
"""Output in which a bridged provider keeps how its state differs in form from the vendor's."""


class Unknown(Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "not known before the deployment"


UNKNOWN: Final = Unknown.UNKNOWN


def plain(wire: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Take properties off the wire."""
    return {name: _plain(value) for name, value in wire.items()}


def wired(values: Values, secrets: frozenset[str] = frozenset()) -> dict[str, PropertyValue]:
    """Put properties on the wire; those named in `secrets` are marked so."""
    return {name: _wired(value).with_secret(name in secrets) for name, value in values.items()}


def known(value: Any) -> bool:
    """Whether no part of a value is unknown."""
    if isinstance(value, Mapping):
        return all(known(part) for part in value.values())
    if isinstance(value, list):
        return all(known(part) for part in value)
    return value is not UNKNOWN


def declared(value: Any) -> Any:
    """Return inputs without the bookkeeping of Check."""
    if isinstance(value, Mapping):
        return {name: declared(part) for name, part in value.items() if name != DEFAULTS}
    if isinstance(value, list):
        return [declared(part) for part in value]
    return value


def _plain(wire: PropertyValue) -> Any:
    value = wire.value
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return UNKNOWN if value == UNKNOWN_ON_THE_WIRE else value
    if isinstance(value, Sequence):
        return [_plain(part) for part in value if isinstance(part, PropertyValue)]
    raise TypeError(f"the provider takes no {type(value).__name__}")


def _wired(value: Any) -> PropertyValue:
    if value is UNKNOWN:
        return PropertyValue(UNKNOWN_ON_THE_WIRE)
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    if isinstance(value, Mapping):
        return PropertyValue(wired(value))
    if isinstance(value, list | tuple):
        return PropertyValue([_wired(part) for part in value])
    return PropertyValue(value)
