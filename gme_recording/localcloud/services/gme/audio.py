"""MP3 files of a wanted duration: frames of silence that every decoder plays.

MPEG-2 Layer III, 16 kHz, mono, 8 kbit/s: 576 samples in 36 bytes, so that one byte stands for one millisecond
and two hours are 7.2 MB. The vendor does not say which rate its files have.
"""

from __future__ import annotations

from datetime import timedelta

FRAME_SECONDS = 576 / 16_000
MIN_FRAMES = 4
"""Readers tell an MP3 by a row of frame headers."""

_HEADER = bytes((0xFF, 0xF3, 0x18, 0xC0))
_FRAME = _HEADER.ljust(36, b"\0")
"""Side information of nothing but zeros says that no spectral line is coded."""


def silence(duration: timedelta) -> bytes:
    """As many frames as come closest to the duration, and at least those that make it an MP3."""
    return _FRAME * max(MIN_FRAMES, round(duration.total_seconds() / FRAME_SECONDS))
