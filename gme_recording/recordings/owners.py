"""Whose a single stream is, where `_` occurs in the ids of rooms or users (pure).

`1400000001_red_team_7/…` is user `7` in room `red_team`, or user `team_7` in room `red`. What is known of
rooms and users decides; where it does not, that is said, and nobody's recording is taken for another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gme_recording.recordings.names import Recording, readings


@dataclass(frozen=True, slots=True)
class Known:
    """What someone who knows the application says of its ids."""

    rooms: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    numeric_users: bool = False
    """Whether user ids are whole numbers, as they are unless the vendor has allowed others (607/53748)."""


@dataclass(frozen=True, slots=True)
class Owned:
    """What a key says, and what else it could say."""

    recording: Recording
    others: tuple[Recording, ...] = ()
    """Other readings that nothing rules out; empty where room and user are certain."""
    outweighed: tuple[Recording, ...] = ()
    """Readings that could be true, and agree less with what is known of rooms and users."""

    @property
    def sure(self) -> bool:
        return not self.others

    @property
    def readings(self) -> tuple[Recording, ...]:
        return (self.recording, *self.others)


class Owners:
    """Reads keys in the order of a listing and learns the rooms of mixed streams on the way.

    A room's mixed stream comes before its single streams, and every key between begins as the room does; so
    only rooms that the latest key begins with are remembered, and memory does not grow.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._met: list[str] = []
        """Beginnings of keys, `<bizid>_<roomid>`, each one the beginning of the next."""

    def read(self, key: str) -> Owned | None:
        """Return what a key says; None if it is no recording's."""
        found = readings(key)
        if not found:
            return None
        while self._met and not key.startswith(self._met[-1]):
            self._met.pop()
        if found[0].mixed:
            if _room(found[0]) not in self._met:
                self._met.append(_room(found[0]))
            return Owned(found[0])
        if self._known.numeric_users:
            found = tuple(one for one in found if one.user_id.isdecimal()) or found
        first, *others = kept = self._decide(found)
        return Owned(first, tuple(others), tuple(one for one in found if one not in kept))

    def read_all(self, keys: Iterable[str]) -> Iterator[Owned]:
        """Yield what keys say, in their order, without those that are no recordings'."""
        return (owned for key in keys if (owned := self.read(key)) is not None)

    def _decide(self, found: tuple[Recording, ...]) -> tuple[Recording, ...]:
        """Keep the readings that agree best with what is known.

        A room that was met outweighs no likelier reading: `lobby` does not tell that there is no `lobby_2`.
        """
        kept = _best(found, self._agreed)
        if found[0] not in kept:
            kept += _best(found, self._told)
        return tuple(one for one in found if one in kept)

    def _agreed(self, reading: Recording) -> int:
        room = reading.room_id in self._known.rooms or _room(reading) in self._met
        return room + (reading.user_id in self._known.users)

    def _told(self, reading: Recording) -> int:
        return (reading.room_id in self._known.rooms) + (reading.user_id in self._known.users)


def _best(found: Sequence[Recording], points: Callable[[Recording], int]) -> list[Recording]:
    most = max(map(points, found))
    return [one for one in found if points(one) == most]


def _room(recording: Recording) -> str:
    return f"{recording.biz_id}_{recording.room_id}"
