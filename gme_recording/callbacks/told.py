"""What the receiver's relay tells of one task, as a value and as JSON. It names no room and no player."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Heard(NamedTuple):
    """A verified event."""

    kind: int
    """See `event.Kind`."""
    file: str
    """See `digest`."""


class Refusals(NamedTuple):
    """Requests to the callback URL that were refused for one reason, whoever sent them."""

    status: int
    """HTTP: 401 and 403 are about the signature."""
    reason: str
    times: int


@dataclass(frozen=True, slots=True)
class Told:
    """The receiver's answer."""

    listens: bool
    """Whether it has a key of the application."""
    events: frozenset[Heard]
    """Of the task, however old; at most so many as the relay tells."""
    refused: tuple[Refusals, ...]
    """In the seconds that were asked about, as far as the process remembers."""

    def data(self) -> dict[str, object]:
        """Return it as JSON data."""
        return {
            "listens": self.listens,
            "events": [event._asdict() for event in sorted(self.events)],
            "refused": [refusals._asdict() for refusals in self.refused],
        }


def parse(data: object) -> Told:
    """Read what `data` made; raises ValueError for anything else."""
    match data:
        case {"listens": bool(listens), "events": [*events], "refused": [*refused]}:
            return Told(listens, frozenset(map(_heard, events)), tuple(map(_refusals, refused)))
    raise ValueError("not what a relay tells")


def digest(file: str) -> str:
    """Return the SHA-256 of a key, in hexadecimal: the one who asks knows the keys, others learn none."""
    return hashlib.sha256(file.encode()).hexdigest()


def _heard(data: Mapping[str, object]) -> Heard:
    match data:
        case {"kind": int(kind), "file": str(file)}:
            return Heard(kind, file)
    raise ValueError("not an event")


def _refusals(data: Mapping[str, object]) -> Refusals:
    match data:
        case {"status": int(status), "reason": str(reason), "times": int(times)}:
            return Refusals(status, reason, times)
    raise ValueError("not a refusal")
