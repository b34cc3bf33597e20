"""Check: a program's inputs in the form of the table, with defaults, and everything that is wrong in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from providers.kit.property import WORDS, Kind, Many, One, Property, snake_case
from providers.kit.values import DEFAULTS, UNKNOWN, Values, declared


class Fault(Enum):
    """What kind of thing is wrong."""

    MISSING = "is required"
    INCOMPLETE = "goes with others"
    UNKNOWN_KEY = "is not a property of this resource"
    NOT_SERVED = "is not served"
    KIND = "has the wrong type"
    VALUE = "has a value that is not allowed"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that is wrong in the inputs."""

    path: str
    """For instance `lifecycleRules[0].expiration`."""
    fault: Fault
    reason: str
    vendor: str = ""
    """The path in the vendor's own schema, for instance `lifecycle_rules.0.expiration.0.days`."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What a name is made of where the program gives none."""

    resource: str
    seed: bytes = b""

    def unique(self) -> str:
        """Return `<name>-<7 hex digits>`, the same for the same seed."""
        digits = hashlib.sha256(self.seed + self.resource.encode()).hexdigest()[:7]
        return f"{self.resource}-{digits}"


@dataclass(frozen=True, slots=True)
class _Place:
    path: str = ""
    vendor: str = ""
    opaque: bool = False
    """Inside a set: the path goes no further."""

    def entry(self, entry: Property) -> _Place:
        path = self.path if self.opaque else f"{self.path}.{entry.name}".lstrip(".")
        return _Place(path, f"{self.vendor}.{entry.vendor_name}".lstrip("."), self.opaque)

    def item(self, index: int, kind: Many | One) -> _Place:
        path = f"{self.path}[{index}]" if isinstance(kind, Many) and kind.ordered else self.path
        return _Place(path, f"{self.vendor}.{index}", self.opaque or not kind.ordered)


@dataclass(slots=True)
class _Checker:
    failures: list[Failure] = field(default_factory=list)

    def fail(self, place: _Place, fault: Fault, reason: str = "") -> None:
        self.failures.append(Failure(place.path, fault, reason or fault.value, place.vendor))

    def object(self, properties: tuple[Property, ...], given: Values, place: _Place) -> dict[str, Any]:
        by_name = {name: each for each in properties if each.input for name in (each.vendor_name, each.name)}
        inputs: dict[str, Any] = {}
        for key, value in given.items():
            if key == DEFAULTS or value is None:
                continue
            if (entry := by_name.get(key)) is None:
                inputs[key] = value
                self.fail(_Place(f"{place.path}.{key}".lstrip("."), key), Fault.UNKNOWN_KEY)
            elif entry.served:
                inputs[entry.name] = self.value(entry.kind, value, place.entry(entry))
            else:
                inputs[entry.name] = value
        defaults = self.complete(properties, inputs, place)
        return {DEFAULTS: sorted(defaults), **inputs}

    def complete(self, properties: tuple[Property, ...], inputs: dict[str, Any], place: _Place) -> list[str]:
        defaults = []
        given = frozenset(inputs)
        for entry in (each for each in properties if each.input):
            here = place.entry(entry)
            self.together(entry, given, here)
            if entry.name in inputs:
                self.judge(entry, inputs[entry.name], here)
            elif entry.default is not None:
                inputs[entry.name] = entry.default
                defaults.append(entry.name)
            elif entry.required:
                self.fail(here, Fault.MISSING)
        return defaults

    def together(self, entry: Property, given: frozenset[str], place: _Place) -> None:
        lacking = entry.name in given and not given.issuperset(entry.needs)
        if lacking or (entry.one_of and given.isdisjoint(entry.one_of)):
            names = ",".join(sorted(snake_case(name) for name in entry.needs or entry.one_of))
            how = "all" if lacking else "one"
            self.fail(place, Fault.INCOMPLETE, f'"{entry.vendor_name}": {how} of `{names}` must be specified')

    def judge(self, entry: Property, value: Any, place: _Place) -> None:
        if value is UNKNOWN or any(failure.vendor == place.vendor for failure in self.failures):
            return
        if not entry.served and value != entry.default:
            self.fail(place, Fault.NOT_SERVED)
        for rule in entry.rules:
            for reason in rule(place.vendor, value):
                self.fail(place, Fault.VALUE, reason)

    def value(self, kind: Kind, value: Any, place: _Place) -> Any:
        if value is UNKNOWN:
            return value
        if isinstance(kind, Many):
            items = value if isinstance(value, list) else [value]
            return [self.item(kind, item, place.item(index, kind)) for index, item in enumerate(items)]
        if isinstance(kind, One):
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            return self.item(kind, value, place.item(0, kind))
        if kind is WORDS:
            if not isinstance(value, Mapping):
                self.fail(place, Fault.KIND, "Attribute must be a map")
            return value
        return self.scalar(kind, value, place)

    def item(self, kind: Many | One, value: Any, place: _Place) -> Any:
        if not isinstance(kind.of, tuple) or value is UNKNOWN:
            return value if value is UNKNOWN else self.value(kind.of, value, place)  # type: ignore[arg-type]
        if isinstance(value, Mapping):
            return self.object(kind.of, value, place)
        self.fail(place, Fault.KIND, "Attribute must be an object")
        return value

    def scalar(self, kind: Kind, value: Any, place: _Place) -> Any:
        if isinstance(value, Mapping | list):
            form = "a map" if isinstance(value, Mapping) else "a list"
            self.fail(place, Fault.KIND, f"Attribute must be a single value, not {form}")
            return value
        try:
            return _SCALARS[kind](value)
        except (ValueError, KeyError):
            self.fail(place, Fault.KIND, f"Attribute must be {_NOUNS[kind]}, got {value!r}")
            return value


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _whole(value: Any) -> int:
    """Return a whole number; the official provider cuts fractions off."""
    return int(float(_text(value)))


_SCALARS: dict[Any, Any] = {str: _text, bool: _truth, int: _whole}
_NOUNS: dict[Any, str] = {str: "a text", bool: "true or false", int: "a whole number"}


def check(
    properties: tuple[Property, ...], news: Values, olds: Values, naming: Naming
) -> tuple[dict[str, Any], list[Failure]]:
    """Return the inputs in the form of the table, and every failure.

    What is not served may stay as it is: an import brings it.
    """
    checker = _Checker()
    inputs = checker.object(properties, news, _Place())
    for entry in properties:
        if entry.autonamed and entry.name not in inputs:
            inputs[entry.name] = declared(olds).get(entry.name) or naming.unique()
            inputs[DEFAULTS] = sorted([*inputs[DEFAULTS], entry.name])
    standing = {name for name, value in declared(olds).items() if inputs.get(name) == value}
    failures = [
        each for each in checker.failures if each.fault is not Fault.NOT_SERVED or each.path not in standing
    ]
    return inputs, failures
