"""The GME console: the only place where recording is switched on, as a page and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.console.routes import CONSOLE

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Record, Store

SERVICES = (CONSOLE,)
RECORDS: tuple[type[Record], ...] = ()


def seed(store: Store) -> None:
    """Nothing of its own is kept: settings belong to the application."""
