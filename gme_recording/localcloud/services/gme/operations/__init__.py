"""Every operation of the service: importing this package adds them all."""

from gme_recording.localcloud.services.gme.operations import applications, recording, rooms

__all__ = ["applications", "recording", "rooms"]
