"""Every operation of the service: importing this package adds them all."""

from gme_recording.localcloud.services.cos.operations import (
    access,
    buckets,
    copies,
    listings,
    multipart,
    objects,
    preflight,
    settings,
    tags,
)

__all__ = ["access", "buckets", "copies", "listings", "multipart", "objects", "preflight", "settings", "tags"]
