"""Game Multimedia Engine: applications, rooms, recording tasks, their files and callbacks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.gme import mischief, model
from gme_recording.localcloud.services.gme.routes import GME

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

SERVICES = (GME,)
RECORDS = (*model.RECORDS, *mischief.RECORDS)


def seed(store: Store) -> None:
    """One application with voice chat, allow-listed, recording off."""
    created = datetime(2024, 1, 18, tzinfo=UTC)
    store.add(model.App(1_400_000_001, "demo", "100000000001", "localdemoappkey1", created))
