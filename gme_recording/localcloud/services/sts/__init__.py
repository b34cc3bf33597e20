"""Security Token Service: temporary credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.sts.routes import STS

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Record, Store

SERVICES = (STS,)
RECORDS: tuple[type[Record], ...] = ()


def seed(store: Store) -> None:
    """No session runs at the start."""
