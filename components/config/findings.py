"""How checks word what they find: the key is below `gme-recording:`."""

from __future__ import annotations

from gme_recording.errors import Problem, Severity


def problem(where: str, found: str, allowed: str, hint: str = "") -> Problem:
    """Something that must be put right."""
    return Problem(f"gme-recording:{where}", found, allowed, hint=hint)


def warning(where: str, found: str, what_happens: str) -> Problem:
    """Something that is taken, and costs money, data or nerves."""
    return Problem(f"gme-recording:{where}", found, what_happens, severity=Severity.WARNING)
