"""What can go wrong for a person, and the number the process ends with.

`UserError` is anything a person can put right; `Problem` is one entry of a list of such things, so that
all of them are reported at once. The emulator has an error tree of its own (`localcloud.refusal`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class ExitCode(IntEnum):
    """Exit codes of `gme-recording`; where Pulumi's CLI has a number for the case, it is the same."""

    OK = 0
    FAILED = 1
    """A deployment, a resource or the smoke test failed."""
    INPUT = 2
    """A stack file, an option or an argument is wrong; nothing was called or changed."""
    AUTH = 3
    """Credentials are missing or were refused, or the stack's passphrase is wrong."""
    NO_STACK = 6
    """There is no such stack."""
    DIFFERS = 7
    """Nothing failed, but the world is not as declared (drift, or a person must act)."""
    CANCELLED = 8
    """Interrupted by the user."""
    TIMEOUT = 9
    """A wait ended at its deadline."""
    UNAVAILABLE = 10
    """Something the command needs is not there: engine, local cloud, port, lock."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in what a person wrote."""

    where: str
    """Full key, for instance `gme-recording:storage.retention.keep`."""
    found: str
    """The value as written, shortened; empty where the key is missing."""
    allowed: str
    """What would be accepted, in words."""
    file: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        found = f" is {self.found}" if self.found else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.where}{found}: {self.allowed}{hint}"


class UserError(Exception):
    """Something a person can put right. `str()` is never empty: Pulumi takes an empty error for success."""

    def __init__(self, message: str, *, hint: str = "", exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class InvalidInput(UserError):
    """All problems of one input, reported together."""

    def __init__(self, problems: Iterable[Problem], *, file: str = "") -> None:
        self.problems = tuple(problems)
        count = f"{len(self.problems)} problem" + ("s" if len(self.problems) != 1 else "")
        where = f" in {file}" if file else ""
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{count}{where}; nothing was changed:\n{lines}", exit_code=ExitCode.INPUT)
