"""CRC-64/XZ, which COS calls crc64ecma: `x-cos-hash-crc64ecma` holds it as a decimal number."""

from __future__ import annotations

from functools import cache

_POLYNOMIAL = 0xC96C5795D7870F42
_ONES = (1 << 64) - 1


def crc64(content: bytes) -> int:
    table = _table()
    register = _ONES
    for byte in content:
        register = table[(register ^ byte) & 0xFF] ^ (register >> 8)
    return register ^ _ONES


@cache
def _table() -> tuple[int, ...]:
    return tuple(_of_byte(byte) for byte in range(256))


def _of_byte(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ (_POLYNOMIAL if register & 1 else 0)
    return register
