"""MP3 files of a wanted duration, without an encoder: every speaker is a steady tone of its own.

MPEG-2 Layer III, 16 kHz, mono, 8 kbit/s: 576 samples in 36 bytes, so that one byte stands for one millisecond
and two hours are 7.2 MB. The vendor does not say which rate its files have.

A frame codes one of its 576 spectral lines. When the same frame follows itself for ever, an even line k
sounds as a pure tone of k / 1152 of the sampling rate: the overlapping transforms cancel all else.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from zlib import crc32

from gme_recording.localcloud.services.cos.repeated import Repeated

SAMPLE_RATE = 16_000
FRAME_SECONDS = 576 / SAMPLE_RATE
MIN_FRAMES = 4
"""Readers tell an MP3 by a row of frame headers."""

_HEADER = bytes((0xFF, 0xF3, 0x18, 0xC0))
_FRAME_BYTES = 36
_GAIN = 197
"""A tenth of full scale; each step of four doubles the amplitude."""
_LINES = range(24, 64, 2)
"""333 to 861 Hz."""


def tone(speaker: str, duration: timedelta) -> Repeated:
    """As many frames as come closest to the duration, and at least those that make it an MP3."""
    frames = max(MIN_FRAMES, round(duration.total_seconds() / FRAME_SECONDS))
    return Repeated(_frame(_line(speaker)), frames)


def _line(speaker: str) -> int:
    return _LINES[crc32(speaker.encode()) % len(_LINES)]


@cache
def _frame(line: int) -> bytes:
    """Lines are coded in pairs: `1` is a pair of zeros, `01` and a sign the pair (1, 0) (Huffman table 1)."""
    pairs = "1" * (line // 2) + "010"
    side = _bits(
        (0, 8),  # the data begins in this frame
        (0, 1),  # private
        (len(pairs), 12),
        (line // 2 + 1, 9),  # pairs
        (_GAIN, 8),
        (0, 9),  # no scale factors
        (0, 1),  # long windows
        (1, 5), (1, 5), (1, 5),  # Huffman table of each region
        (0, 4), (0, 3),  # sizes of the regions, all of one table
        (0, 1), (0, 1),
    )  # fmt: skip
    payload = _FRAME_BYTES - len(_HEADER)
    return _HEADER + int((side + pairs).ljust(payload * 8, "0"), 2).to_bytes(payload, "big")


def _bits(*fields: tuple[int, int]) -> str:
    """Of pairs of value and width."""
    return "".join(f"{value:0{width}b}" for value, width in fields)
