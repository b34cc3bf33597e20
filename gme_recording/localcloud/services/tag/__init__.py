"""Tags: set, delete and list them by resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.tag import model
from gme_recording.localcloud.services.tag.routes import TAG

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

SERVICES = (TAG,)
RECORDS = model.RECORDS


def seed(store: Store) -> None:
    """Nothing is tagged at the start."""
