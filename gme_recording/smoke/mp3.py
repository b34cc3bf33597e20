"""Whether bytes are a playable MP3, and how long they play (ISO 11172-3 and 13818-3, Layer III)."""

from __future__ import annotations

from dataclasses import dataclass

_BIT_RATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by version (2 stands for 2 and 2.5), for the indexes 1 to 14."""
_SAMPLE_RATES = {0b11: (44100, 48000, 32000), 0b10: (22050, 24000, 16000), 0b00: (11025, 12000, 8000)}
"""Hz by the header's version bits: MPEG 1, 2, 2.5."""
_TRAILERS = (b"TAG", b"APETAGEX")


@dataclass(frozen=True, slots=True)
class Mp3:
    seconds: float
    frames: int
    sample_rate: int
    """Hz."""


@dataclass(frozen=True, slots=True)
class _Frame:
    version: int
    sample_rate: int
    size: int
    """Bytes, header included."""

    @property
    def samples(self) -> int:
        return 1152 if self.version == 0b11 else 576


def parse(data: bytes) -> Mp3:
    """Walk through all frames; ValueError says at which byte the file is no MP3, or is cut off."""
    at = first = _after_id3(data)
    seconds, frames, head = 0.0, 0, None
    while at < len(data) and not data.startswith(_TRAILERS, at):
        frame = _frame(data[at : at + 4])
        if frame is None or (head and (frame.version, frame.sample_rate) != (head.version, head.sample_rate)):
            raise ValueError(f"no MP3 frame at byte {at}")
        if at + frame.size > len(data):
            raise ValueError(f"the frame at byte {at} is cut off")
        head = head or frame
        seconds += frame.samples / frame.sample_rate
        frames += 1
        at += frame.size
    if head is None:
        raise ValueError(f"no MP3 frame at byte {first}")
    return Mp3(seconds, frames, head.sample_rate)


def _after_id3(data: bytes) -> int:
    """An ID3v2 tag tells its size in four bytes of seven bits."""
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _frame(header: bytes) -> _Frame | None:
    """Read a frame header; None if these four bytes are none of Layer III (free format included)."""
    bits = int.from_bytes(header)
    version, layer = bits >> 19 & 0b11, bits >> 17 & 0b11
    bit_rate, sample_rate, padding = bits >> 12 & 0xF, bits >> 10 & 0b11, bits >> 9 & 1
    if len(header) < 4 or bits >> 21 != 0x7FF or version not in _SAMPLE_RATES or layer != 0b01:
        return None
    if not 1 <= bit_rate <= 14 or sample_rate == 0b11:
        return None
    hertz = _SAMPLE_RATES[version][sample_rate]
    rates, slots = (_BIT_RATES[1], 144_000) if version == 0b11 else (_BIT_RATES[2], 72_000)
    return _Frame(version, hertz, slots * rates[bit_rate - 1] // hertz + padding)
