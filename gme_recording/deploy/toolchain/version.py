"""Which engine versions this project runs on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+].*)?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A release of the Pulumi CLI; what follows the three numbers (`-alpha.1`, `+dirty`) is ignored."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `v3.254.0` or `3.254.0`; None where the text is no version."""
        found = _FORM.fullmatch(text.strip())
        return cls(*(int(part) for part in found.groups())) if found else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


PINNED = Version(3, 254, 0)
"""The engine this project builds or downloads: the version of the Python SDK in `requirements.txt`."""

OLDEST = Version(3, 238, 0)
"""First engine in which a failing hook fails the deployment (pulumi/pulumi PR 22935)."""


def supported(version: Version) -> bool:
    """Whether the program may run on this engine; the next major version is unknown ground."""
    return version >= OLDEST and version.major == OLDEST.major
