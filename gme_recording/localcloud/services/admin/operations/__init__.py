"""Every operation of the service: importing this package adds them all."""

from gme_recording.localcloud.services.admin.operations import applications, recording, rooms, state

__all__ = ["applications", "recording", "rooms", "state"]
