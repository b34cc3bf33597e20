"""A day in fifty rooms: what people do, and by a model of its own what of it is on air.

The model is naive on purpose and shares nothing with the product: a row of bytes for each stream, one for
each second. What it knows is the vendor's text: who is in a room is in its mixed stream, who speaks has a
stream, and a task outlives its room by twelve hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from random import Random

HOUR = 3_600
DAY = 24 * HOUR
HOLD = 12 * HOUR
SPLIT = 2 * HOUR
"""Of a file."""
ROOMS = 50
MIXED = "0"
"""How the API calls the stream of a whole room."""
SINGLE_MODES, MIXED_MODES = {1, 3}, {2, 3}

Air = dict[tuple[str, str], bytearray]
"""Room and stream: a byte for each second of the day, 1 where it is on air."""


class Act(StrEnum):
    JOIN = "join"
    LEAVE = "leave"
    MICROPHONE = "microphone"
    START = "start"
    STOP = "stop"


@dataclass(frozen=True, slots=True, order=True)
class Move:
    at: int
    """Seconds since the day began."""
    room: str
    act: Act
    user: str = ""
    on: bool = True
    """The microphone: when joining, and afterwards."""
    mode: int = 0
    """Of the task that is started."""


def script(seed: int) -> list[Move]:
    """The same moves for the same seed, in their order."""
    dice = Random(seed)
    moves = [*held("held", 11 * HOUR), *held("given_up", 13 * HOUR), *whole_day("long_7")]
    for number in range(ROOMS - 3):
        moves += ordinary(f"room{number}", dice)
    return sorted(moves)


def ordinary(room: str, dice: Random) -> Iterator[Move]:
    """Two to four people, each there up to three times, for an hour to seven; perhaps stopped too early."""
    begin = dice.randrange(10 * 60, 16 * HOUR)
    end = begin + dice.randrange(HOUR, 7 * HOUR)
    visits = [
        (user, join, leave)
        for user in range(dice.randint(2, 4))
        for join, leave in _visits(range(begin, end, 5), dice)
    ]
    _, first, first_leaves = min(visits, key=lambda visit: visit[1])
    start = (first + first_leaves) // 2
    yield Move(start, room, Act.START, mode=dice.choice([1, 2, 3, 3]))
    yield Move(dice.choice([end + 60, dice.randint(start + 1, end)]), room, Act.STOP)
    for user, join, leave in visits:
        yield from _visit(room, str(1000 + user), join, leave, dice)


def _visits(moments: range, dice: Random) -> Iterator[tuple[int, int]]:
    times = sorted(dice.sample(moments, 2 * dice.randint(1, 3)))
    return zip(times[::2], times[1::2], strict=True)


def _visit(room: str, user: str, join: int, leave: int, dice: Random) -> Iterator[Move]:
    """Stay for a while; the microphone goes on and off."""
    on = dice.random() < 0.8
    yield Move(join, room, Act.JOIN, user, on=on)
    between = range(join + 2, leave - 1, 2)
    for moment in sorted(dice.sample(between, min(dice.randint(0, 3), len(between)))):
        on = not on
        yield Move(moment, room, Act.MICROPHONE, user, on=on)
    yield Move(leave, room, Act.LEAVE, user)


def held(room: str, alone: int) -> Iterator[Move]:
    """Everybody leaves and comes back after so long; a task that was given up is started anew."""
    back = 2 * HOUR + alone
    yield Move(HOUR, room, Act.JOIN, "1")
    yield Move(HOUR + 7, room, Act.START, mode=3)
    yield Move(2 * HOUR, room, Act.LEAVE, "1")
    yield Move(back, room, Act.JOIN, "1")
    yield Move(back + 9, room, Act.JOIN, "2", on=False)
    if alone > HOLD:
        yield Move(back + HOUR, room, Act.START, mode=3)
    yield Move(back + 4 * HOUR, room, Act.STOP)
    yield Move(back + 5 * HOUR, room, Act.LEAVE, "1")
    yield Move(back + 5 * HOUR + 1, room, Act.LEAVE, "2")


def whole_day(room: str) -> Iterator[Move]:
    """Somebody is on air from the first minute to the last."""
    yield Move(30, room, Act.JOIN, "1")
    yield Move(60, room, Act.START, mode=3)
    yield Move(DAY - 60, room, Act.STOP)
    yield Move(DAY - 30, room, Act.LEAVE, "1")


@dataclass(slots=True)
class _Room:
    """How a room stands between two moves."""

    mode: int = 0
    """0: nothing is recorded."""
    microphones: dict[str, bool] = field(default_factory=dict)
    """Of those who are in."""
    empty_since: int = 0

    def move(self, move: Move) -> None:
        match move.act:
            case Act.JOIN | Act.MICROPHONE:
                self.microphones[move.user] = move.on
            case Act.LEAVE:
                del self.microphones[move.user]
                self.empty_since = move.at
            case Act.START:
                self.mode = move.mode
            case Act.STOP:
                self.mode = 0

    def streams(self) -> Iterator[str]:
        if self.mode in MIXED_MODES and self.microphones:
            yield MIXED
        if self.mode in SINGLE_MODES:
            yield from (user for user, on in self.microphones.items() if on)


def on_air(moves: Iterable[Move]) -> Air:
    """Every second that should be recorded."""
    air: Air = {}
    by_room: dict[str, list[Move]] = {}
    for move in moves:
        by_room.setdefault(move.room, []).append(move)
    for room, its in by_room.items():
        state = _Room()
        for move, following in pairwise([*its, Move(DAY, room, Act.STOP)]):
            if not state.microphones and move.at - state.empty_since >= HOLD:
                state.mode = 0
            state.move(move)
            for stream in state.streams():
                seconds = air.setdefault((room, stream), bytearray(DAY))
                seconds[move.at : following.at] = b"\1" * (following.at - move.at)
    return air
