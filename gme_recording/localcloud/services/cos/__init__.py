"""Cloud Object Storage: buckets and their sub-resources, objects, lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cos import model, scan
from gme_recording.localcloud.services.cos.operations import (
    access,
    buckets,
    copies,
    listings,
    multipart,
    objects,
    settings,
    tags,
)
from gme_recording.localcloud.services.cos.policies import resource_policies
from gme_recording.localcloud.services.cos.routes import COS

if TYPE_CHECKING:
    from gme_recording.localcloud.store import Store

__all__ = ["OPERATIONS", "RECORDS", "SERVICES", "resource_policies", "seed"]

OPERATIONS = (access, buckets, copies, listings, multipart, objects, settings, tags)
"""Modules that add operations to the service when they are imported."""
SERVICES = (COS,)
RECORDS = (*model.RECORDS, scan.Planned)


def seed(_store: Store) -> None:
    """A fresh account has no bucket."""
