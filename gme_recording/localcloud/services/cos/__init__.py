"""Cloud Object Storage: buckets and their sub-resources, objects, lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.services.cos.model import RECORDS
from gme_recording.localcloud.services.cos.routes import COS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.localcloud.store import Store

__all__ = ["RECORDS", "SERVICES", "resource_policies", "seed"]

SERVICES = (COS,)


def seed(_store: Store) -> None:
    """A fresh account has no bucket."""


def resource_policies(store: Store, resource: str) -> Sequence[str]:
    """The JSON documents that count for a six-part resource, besides those of who asks."""
    from gme_recording.localcloud.services.cos import policies  # noqa: PLC0415 - not before a request

    return policies.of_resource(store, resource)
