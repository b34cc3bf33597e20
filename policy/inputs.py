"""Inputs of a resource during a preview: what is not known yet, or secret, cannot be read by accident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for a text that is known only after the deployment."""

UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""Placeholders of Pulumi's protocol for unknown texts, booleans, numbers, lists, assets, archives and
objects."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the marker of Pulumi's protocol
"""An object whose `SIGNATURE` is this holds a secret."""


class Undecided(Exception):
    """A rule cannot be decided yet; the message says which input is missing."""


class Inputs(Mapping[str, Any]):
    """A resource's inputs by their names on the wire; reading an unknown or secret one raises Undecided."""

    __slots__ = ("_at", "_values")

    def __init__(self, values: Mapping[str, Any], at: str = "") -> None:
        self._values = values
        self._at = at

    def __getitem__(self, key: str) -> Any:
        return _read(self._values[key], f"{self._at}.{key}".lstrip("."))

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that can be read, however deep, with where it stands."""
        return _texts(self._values, self._at)


def _read(value: Any, at: str) -> Any:
    if isinstance(value, str) and value in UNKNOWNS:
        raise Undecided(f"{at} is known only after the deployment")
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET:
            raise Undecided(f"{at} is secret")
        return Inputs(value, at)
    if _is_list(value):
        return [_read(each, f"{at}[{number}]") for number, each in enumerate(value)]
    return value


def _texts(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value not in UNKNOWNS:
        yield at, value
    elif isinstance(value, Mapping) and value.get(SIGNATURE) != SECRET:
        for key, each in value.items():
            yield from _texts(each, f"{at}.{key}".lstrip("."))
    elif _is_list(value):
        for number, each in enumerate(value):
            yield from _texts(each, f"{at}[{number}]")


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
