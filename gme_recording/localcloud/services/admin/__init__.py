"""The local cloud's own switches: time, rooms, callbacks, guesses. No vendor has these endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.admin.routes import ADMIN

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Record, Store

SERVICES = (ADMIN,)
RECORDS: tuple[type[Record], ...] = ()


def seed(store: Store) -> None:
    """Nothing of its own is kept."""
