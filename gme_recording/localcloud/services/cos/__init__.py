"""Cloud Object Storage: buckets and their sub-resources, objects, lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cos.model import RECORDS
from gme_recording.localcloud.services.cos.policies import resource_policies
from gme_recording.localcloud.services.cos.routes import COS

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

__all__ = ["RECORDS", "SERVICES", "resource_policies", "seed"]

SERVICES = (COS,)


def seed(_store: Store) -> None:
    """A fresh account has no bucket."""
