"""Files that a verb writes besides its output."""

from __future__ import annotations

from pathlib import Path

from gme_recording.errors import ExitCode, UserError


def write(file: Path, content: str) -> None:
    """Write a text file and the folders above it; UserError INPUT where that cannot be."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}", exit_code=ExitCode.INPUT) from None
