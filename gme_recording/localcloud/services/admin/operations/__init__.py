"""Every operation of the service: importing this package adds them all."""

from gme_recording.localcloud.services.admin.operations import (
    accounts,
    applications,
    faults,
    networks,
    recording,
    rooms,
    state,
)

__all__ = ["accounts", "applications", "faults", "networks", "recording", "rooms", "state"]
