"""Every operation of the service: importing this package adds them all."""

from gme_recording.localcloud.services.console.operations import api, faults, forms, pages

__all__ = ["api", "faults", "forms", "pages"]
