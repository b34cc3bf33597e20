"""What opens the receiver's relay: one secret, which the receiver and those who test a deployment have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gme_recording.api.credentials import Secret
from gme_recording.errors import ExitCode, UserError

VARIABLE = "GME_CALLBACK_RELAY_TOKEN"
FILE_VARIABLE = "GME_CALLBACK_RELAY_TOKEN_FILE"
HINT = f"give {VARIABLE} to the receiver and to the one who tests; openssl rand -hex 32 makes one"
_TOKEN = re.compile(r"[!-~]{32,256}")


def load(environment: Mapping[str, str]) -> Secret | None:
    """Read `GME_CALLBACK_RELAY_TOKEN`, or the file that `GME_CALLBACK_RELAY_TOKEN_FILE` names.

    None if there is neither. Raises UserError, without what it read, if it is no token: too short to be
    beyond guessing, or not one word.
    """
    origin, text = VARIABLE, environment.get(VARIABLE, "")
    if not text and (file := environment.get(FILE_VARIABLE)):
        origin = file
        try:
            text = Path(file).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "not text"
            raise UserError(f"{file} cannot be read: {reason}", hint=HINT, exit_code=ExitCode.INPUT) from None
    if not text.strip() and origin == VARIABLE:
        return None
    if not _TOKEN.fullmatch(text.strip()):
        raise UserError(
            f"{origin} holds no token: 32 to 256 characters without blanks",
            hint=HINT,
            exit_code=ExitCode.INPUT,
        )
    return Secret(text.strip())
