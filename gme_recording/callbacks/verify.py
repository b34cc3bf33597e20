"""Whether a body is to be believed: signed by a known application's key, and about that application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.callbacks.event import Event, Unreadable, parse

if TYPE_CHECKING:
    from gme_recording.callbacks.keys import Keyring, Match


class WrongSignature(Exception):
    """No known key made the signature."""


class WrongApplication(Exception):
    """The signature is right, but an application's key vouches for that application alone."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A body that is what an application's key says it is."""

    match: Match
    event: Event | None
    problem: str = ""
    """Why the body is no event, where it is none."""


def verify(keyring: Keyring, body: bytes, signature: str) -> Verified:
    """Check the signature before a byte of the body is interpreted; raises the two errors above."""
    matches = keyring.matches(body, signature)
    if not matches:
        raise WrongSignature("no known key made this signature")
    try:
        event = parse(body)
    except Unreadable as problem:
        return Verified(matches[0], None, str(problem))
    for match in matches:
        if match.biz_id == event.biz_id:
            return Verified(match, event)
    raise WrongApplication(
        f"the key of application {matches[0].biz_id} signed an event of application {event.biz_id}"
    )
