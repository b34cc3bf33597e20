"""Links that play a recording for a short while, to whoever has them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from gme_recording.api.objects import Head

SHORTEST_SECONDS, USUAL_SECONDS, LONGEST_SECONDS = 1, 600, 43_200
WARNING = "whoever has this link can listen, and it cannot be taken back; it expires at"


class Signer(Protocol):
    """What can sign; `gme_recording.api.objects.Objects` can."""

    def head(self, bucket: str, key: str) -> Head:
        """Return what is known of an object."""
        ...

    def link(self, bucket: str, key: str, seconds: int) -> str:
        """Return a signed URL."""
        ...

    def now(self, bucket: str) -> datetime:
        """Return the time by the cloud's clock."""
        ...


@dataclass(frozen=True, slots=True)
class Link:
    """A signed URL."""

    key: str
    url: str
    expires: datetime


def play_url(signer: Signer, bucket: str, key: str, seconds: int = USUAL_SECONDS) -> Link:
    """Return a link to an object that exists; raises ApiError NoSuchKey otherwise."""
    signer.head(bucket, key)
    expires = signer.now(bucket) + timedelta(seconds=seconds)
    return Link(key, signer.link(bucket, key, seconds), expires)
