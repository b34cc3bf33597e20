"""What goes wrong with the next callbacks, on request: each thing once, in the order asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from gme_recording.localcloud.store import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.localcloud.outbox import Message
    from gme_recording.localcloud.store import Store


class Mischief(StrEnum):
    NONE = "none"
    LOST = "lost"
    DOUBLED = "doubled"
    DELAYED = "delayed"
    """By a minute, and so behind those that come after it."""
    FORGED = "forged"
    """Signed with another key."""


DELAY = timedelta(minutes=1)
_FORGED = "Zm9yZ2VkIGJ5IHNvbWVvbmUgZWxzZQ=="


@dataclass(frozen=True, slots=True)
class Planned(Record):
    KEY = ("number",)
    number: int
    mischief: Mischief


RECORDS = (Planned,)


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
        case Mischief.FORGED:
            return [replace(message, headers={**message.headers, "Signature": _FORGED})]
        case Mischief.NONE:
            return [message]
