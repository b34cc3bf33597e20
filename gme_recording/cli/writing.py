"""Files that a verb writes besides its output."""

from __future__ import annotations

from pathlib import Path

from gme_recording.errors import ExitCode, UserError


def write(file: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, and the folders above it; UserError INPUT where that cannot be."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}", exit_code=ExitCode.INPUT) from None
