"""Bytes that repeat a short unit: kept as a recipe, made when they are read.

A recording of a steady tone is one MP3 frame after the other. A room recorded for a virtual year would
fill the disk with gigabytes of them; its objects have all their bytes, digests and ranges without.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache

from gme_recording.localcloud.services.cos.checksum import crc64

_RECIPE = re.compile(r"(\d+)x([0-9a-f]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Repeated:
    unit: bytes
    count: int

    def __len__(self) -> int:
        return len(self.unit) * self.count

    def __bytes__(self) -> bytes:
        return self.unit * self.count

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, which is not included."""
        first = start // len(self.unit)
        last = min(-(-end // len(self.unit)), self.count)
        skipped = first * len(self.unit)
        return (self.unit * (last - first))[start - skipped : end - skipped]

    @property
    def recipe(self) -> str:
        """Stands where the id of stored bytes stands, and cannot be taken for one."""
        return f"{self.count}x{self.unit.hex()}"


Body = bytes | Repeated


def of_recipe(text: str) -> Repeated | None:
    """None for the id of stored bytes."""
    found = _RECIPE.fullmatch(text)
    return Repeated(bytes.fromhex(found[2]), int(found[1])) if found else None


def digests(body: Body) -> tuple[str, int]:
    """MD5 in hexadecimal, and CRC-64."""
    return _of_repeated(body) if isinstance(body, Repeated) else _of(body)


def _of(content: bytes) -> tuple[str, int]:
    return hashlib.md5(content, usedforsecurity=False).hexdigest(), crc64(content)


@lru_cache(maxsize=64)
def _of_repeated(body: Repeated) -> tuple[str, int]:
    """Files of two hours come by the thousand and are all alike."""
    return _of(bytes(body))
