"""What a resource's properties are: a table, from which check, diff, state and schema follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


class Words(Enum):
    """The type of `WORDS`."""

    WORDS = "map of strings"


WORDS: Final = Words.WORDS
"""Kind of a property that maps names to strings, such as tags."""


@dataclass(frozen=True, slots=True)
class Many:
    """Kind of a property that holds several values: scalars, or objects with properties of their own."""

    of: type | tuple[Property, ...]
    ordered: bool = True
    """A list if true, else a set: its order is not a difference."""


@dataclass(frozen=True, slots=True)
class One:
    """Kind of a property that holds one object."""

    of: tuple[Property, ...]
    ordered: bool = True
    """False where the vendor's own schema has a set of at most one."""


Kind = type | Many | One | Words
"""`str`, `bool`, `int`, `WORDS`, `Many(...)` or `One(...)`."""
Rule = Callable[[str, Any], Iterable[str]]
"""(vendor's name of the property, value) to what is wrong with it."""


def equal(old: Any, new: Any) -> bool:
    """Compare two scalars; an empty text is the same as none."""
    return bool(old == new) or (old in (None, "") and new in (None, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One property of a resource, an object inside it, or a provider's configuration."""

    name: str
    kind: Kind = str
    required: bool = False
    default: Any = None
    """What Check puts where nothing is given."""
    computed: bool = False
    """The cloud fills it in where nothing is given, so leaving it out is no change."""
    output: bool = False
    """Never an input."""
    volatile: bool = False
    """An output that every change may change, so it is unknown in the preview of an update."""
    replaces: bool = False
    """A change makes a new resource."""
    secret: bool = False
    autonamed: bool = False
    """Check makes a unique name of the resource's where none is given."""
    needs: tuple[str, ...] = ()
    """Properties, itself among them, that are to be given together."""
    one_of: tuple[str, ...] = ()
    """Properties, itself among them, of which one is to be given."""
    served: bool = True
    """False where a value other than the default is refused by Check."""
    rules: tuple[Rule, ...] = ()
    same: Callable[[Any, Any], bool] = equal
    blank: Any = None
    """What the state holds where nothing is given."""
    vendor: str = ""
    """Name in the vendor's own schema, where it is not the name with underscores."""
    description: str = ""

    @property
    def vendor_name(self) -> str:
        """The name in the vendor's own schema."""
        return self.vendor or snake_case(self.name)

    @property
    def input(self) -> bool:
        """Whether a program may give it."""
        return not self.output


def snake_case(name: str) -> str:
    """Turn `filterPrefix` into `filter_prefix`."""
    return re.sub(r"([A-Z])", lambda letter: f"_{letter[1].lower()}", name)


def empty(value: Any) -> bool:
    """Whether a value is what a cloud answers for something that was never set."""
    return value is None or value in ("", 0, False, [], {})


def one_of(*words: str) -> Rule:
    """Allow these words; worded as the official provider does."""

    def rule(name: str, value: Any) -> Iterable[str]:
        if value not in words:
            allowed = ", ".join(f'"{word}"' for word in words)
            yield (
                f'"{name}" must contain a valid string value must in array []string{{{allowed}}}, '
                f'got "{value}"'
            )

    return rule


def at_least(least: int) -> Rule:
    """Allow numbers from `least`; worded as the official provider does."""

    def rule(name: str, value: Any) -> Iterable[str]:
        if value < least:
            yield f'"{name}" cannot be lower than {least}: {value}'

    return rule
