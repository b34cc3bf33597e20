"""CRC-64/XZ, which COS calls crc64ecma: `x-cos-hash-crc64ecma` holds it as a decimal number.

The standard library has no function for it, but every XZ stream ends with it. So a larger content is
compressed, as carelessly as possible, only to read the check: an hour of recorded silence takes some 50 ms
that way and more than a second otherwise.
"""

from __future__ import annotations

from functools import cache

SMALL_BYTES = 4096
"""Up to here the loop is the faster way."""

_POLYNOMIAL = 0xC96C5795D7870F42
_ONES = (1 << 64) - 1
_FOOTER_BYTES, _CHECK_BYTES = 12, 8


def crc64(content: bytes) -> int:
    return by_table(content) if len(content) <= SMALL_BYTES else by_container(content)


def by_table(content: bytes) -> int:
    table = _table()
    register = _ONES
    for byte in content:
        register = table[(register ^ byte) & 0xFF] ^ (register >> 8)
    return register ^ _ONES


def by_container(content: bytes) -> int:
    """The check in the XZ stream of a content that is not empty; it stands before index and footer."""
    import lzma  # noqa: PLC0415 - small objects do without

    careless = {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096, "depth": 1}
    stream = lzma.compress(content, check=lzma.CHECK_CRC64, filters=[careless])
    index_bytes = (int.from_bytes(stream[-8:-4], "little") + 1) * 4
    end = len(stream) - _FOOTER_BYTES - index_bytes
    return int.from_bytes(stream[end - _CHECK_BYTES : end], "little")


@cache
def _table() -> tuple[int, ...]:
    return tuple(_of_byte(byte) for byte in range(256))


def _of_byte(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ (_POLYNOMIAL if register & 1 else 0)
    return register
