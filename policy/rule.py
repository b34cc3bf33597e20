"""What a rule is, and how it is asked: plain Python, so that reviews and tests need no policy server."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from gme_recording.errors import InvalidInput, Problem
from policy.inputs import Inputs, Undecided

Options = Mapping[str, Any]
LEVEL = "enforcementLevel"
"""Stands beside the options where a stack configures a rule."""


class Severity(StrEnum):
    """How bad a violation is. The pack stops a deployment at `HIGH` and above, and warns below."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as the program declares it."""

    urn: str
    type: str
    inputs: Inputs
    protect: bool = False
    """Whether Pulumi refuses to delete it."""
    provider: Inputs = field(default_factory=lambda: Inputs({}))
    """Inputs of the provider that makes it, as far as they are known."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def stack(self) -> str:
        """Name of the stack."""
        return self.urn.removeprefix("urn:pulumi:").partition("::")[0]


Stack = tuple[Resource, ...]
"""All resources of a stack."""

Subject = TypeVar("Subject", Resource, Stack)


@dataclass(frozen=True, slots=True)
class Option:
    """What a stack may set for a rule, in the pack's configuration."""

    name: str
    default: int | bool | str | tuple[str, ...]
    meaning: str

    @property
    def schema(self) -> dict[str, Any]:
        """The option as JSON Schema, which the engine checks configuration with."""
        default = [*self.default] if isinstance(self.default, tuple) else self.default
        return {"description": self.meaning, "default": default, **_SCHEMAS[type(self.default)]}

    @property
    def allowed(self) -> str:
        """What the schema accepts, in words."""
        return _WORDS[type(self.default)]

    def takes(self, value: object) -> bool:
        """Whether the schema accepts a value; a whole number may be a float, as the engine hands it over."""
        match self.default:
            case bool():
                return isinstance(value, bool)
            case int():
                if isinstance(value, bool) or not isinstance(value, int | float):
                    return False
                return value >= 1 and float(value).is_integer()
            case str():
                return isinstance(value, str)
        return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


_SCHEMAS: Mapping[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 1},
    str: {"type": "string"},
    tuple: {"type": "array", "items": {"type": "string"}},
}
_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number, 1 or more",
    str: "a text",
    tuple: "a list of texts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Subject]):
    """One demand on a resource, or on a stack as a whole."""

    id: str
    """Stable: configuration and reports name it."""
    title: str
    """What is demanded, in a sentence."""
    severity: Severity
    reason: str
    hint: str
    """What to do about a violation."""
    maps_to: tuple[str, ...] = ()
    """Ids of the same demand in published lists, as `<list>:<id>`."""
    types: tuple[str, ...] = ()
    """Types of resources it is about; none is every type."""
    options: tuple[Option, ...] = ()
    violates: Callable[[Subject, Options], str | None]
    """What is wrong, in words, or None. Raises Undecided where an input that matters is not known."""

    def concerns(self, resource: Resource) -> bool:
        """Whether the rule is about resources of this type."""
        return not self.types or resource.type in self.types

    @property
    def stops(self) -> bool:
        """Whether a violation stops a deployment, as long as no configuration says otherwise."""
        return self.severity in {Severity.HIGH, Severity.CRITICAL}

    def problems(self, given: Options) -> Iterator[Problem]:
        """Yield what is wrong with options: values that the schema refuses, and names that are none."""
        known = {option.name: option for option in self.options}
        for name in sorted(given.keys() - {LEVEL}):
            if name not in known:
                allowed = f"no option of this rule; its options: {', '.join(known) or 'none'}"
                hint = meant(name, known)
            elif known[name].takes(given[name]):
                continue
            else:
                allowed, hint = known[name].allowed, ""
            yield Problem(f"{self.id}.{name}", json.dumps(given[name]), allowed, hint=hint)

    def options_of(self, given: Options) -> dict[str, Any]:
        """The options as a stack configures them, with defaults for the rest; raises InvalidInput."""
        if wrong := [*self.problems(given)]:
            raise InvalidInput(wrong)
        return {option.name: given.get(option.name, option.default) for option in self.options}


def meant(name: str, known: Iterable[str]) -> str:
    """Ask whether the nearest known name was meant, if one is near."""
    near = difflib.get_close_matches(name, [*known], n=1)
    return f"did you mean {near[0]}?" if near else ""


class Outcome(StrEnum):
    PASSED = "passed"
    VIOLATED = "violated"
    UNDECIDED = "undecided"
    """An input that matters is known only after the deployment; the rule is asked again then."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says."""

    outcome: Outcome
    text: str = ""
    """What is wrong, or what is not known."""


def judge(rule: Rule[Subject], subject: Subject, given: Options) -> Verdict:
    """Ask a rule about what it concerns, with a stack's options."""
    try:
        wrong = rule.violates(subject, rule.options_of(given))
    except Undecided as unknown:
        return Verdict(Outcome.UNDECIDED, str(unknown))
    return Verdict(Outcome.VIOLATED, wrong) if wrong else Verdict(Outcome.PASSED)
