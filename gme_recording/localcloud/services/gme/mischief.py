"""What goes wrong with the next callbacks, on request: each thing once, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from gme_recording.localcloud.outbox import Message
from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gme_recording.localcloud.store import Store


class Mischief(StrEnum):
    NONE = "none"
    LOST = "lost"
    DOUBLED = "doubled"
    DELAYED = "delayed"
    """By a minute, and so behind those that come after it."""
    REORDERED = "reordered"
    """Held back until the next one of its task is through or given up; if none comes, for a minute."""
    FORGED = "forged"
    """Signed with another key."""


DELAY = timedelta(minutes=1)
HELD = "held back on request"
"""Outcome of a message that waits for the next one."""
_FORGED = "Zm9yZ2VkIGJ5IHNvbWVvbmUgZWxzZQ=="


@dataclass(frozen=True, slots=True)
class Planned(Record):
    KEY = ("number",)
    number: int
    mischief: Mischief


@dataclass(frozen=True, slots=True)
class Held(Record):
    """The message of a task that waits for the next one."""

    KEY = ("task_id",)
    task_id: int
    message_id: str


RECORDS = (Planned, Held)


def plan(store: Store, coming: Sequence[Mischief]) -> None:
    """Replace what is planned; the n-th callback from now gets the n-th entry."""
    for old in store.select(Planned):
        store.delete(old)
    for number, mischief in enumerate(coming):
        store.add(Planned(number, mischief))


def planned(store: Store) -> list[Mischief]:
    """For the coming callbacks, in their order."""
    return [entry.mischief for entry in store.select(Planned)]


def apply(store: Store, message: Message) -> list[Message]:
    """The messages that really leave in its place."""
    entries = store.select(Planned)
    if not entries:
        return [message]
    store.delete(entries[0])
    match entries[0].mischief:
        case Mischief.LOST:
            return [replace(message, due=None, outcome="lost on request")]
        case Mischief.DOUBLED:
            return [message, message]
        case Mischief.DELAYED:
            assert message.due
            return [replace(message, due=message.due + DELAY)]
        case Mischief.REORDERED:
            assert message.due
            return [replace(message, due=message.due + DELAY, outcome=HELD)]
        case Mischief.FORGED:
            return [replace(message, headers={**message.headers, "Signature": _FORGED})]
        case Mischief.NONE:
            return [message]


def hold(store: Store, task_id: int, message: Message) -> None:
    """Let it wait for the next message of its task."""
    store.put(Held(task_id, message.message_id))


def waiting(store: Store, task_id: int, now: datetime) -> str:
    """Id of the message that is to leave behind the task's next one, and from now on by nothing else."""
    if not (held := store.find(Held, task_id=task_id)):
        return ""
    store.delete(held)
    message = store.find(Message, message_id=held.message_id)
    if not (message and message.outcome == HELD and message.due and message.due > now):
        return ""
    store.put(replace(message, due=None))
    return message.message_id
