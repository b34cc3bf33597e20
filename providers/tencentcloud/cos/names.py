"""Names of buckets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?-[0-9]{10}")
LONGEST = 60


def bucket_name(name: str, value: Any) -> Iterable[str]:
    """Allow `<name>-<ten digits of the APPID>`, as the official provider does and words it."""
    if not 1 <= len(value) <= LONGEST:
        yield f"the length of {name} must be 1-{LONGEST}: {value}"
    if not NAME.fullmatch(value):
        yield f"{name} is not valid, please refer to the official documents: {value}"
