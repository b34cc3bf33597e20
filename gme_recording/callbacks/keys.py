"""The applications whose callbacks are taken, and their keys: from a file or a variable, never an argument.

One line for each application, `<BizId> <key>`, or `<BizId> <key> <previous key>` while a key is being changed
(a new key takes up to an hour to be used, 607/10782). Lines may be empty or begin with `#`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gme_recording.api.credentials import Secret
from gme_recording.callbacks.signature import Encoding, matched
from gme_recording.errors import ExitCode, InvalidInput, Problem, UserError

VARIABLE = "GME_CALLBACK_KEYS"
FILE_VARIABLE = "GME_CALLBACK_KEYS_FILE"
LINE = "<BizId> <key> [<previous key>]"
MOST_KEYS = 2
_HINT = f"write one line for each application, {LINE}, to a file and export {FILE_VARIABLE}=<file>"


@dataclass(frozen=True, slots=True)
class Match:
    """One key that made a signature."""

    biz_id: int
    previous: bool
    """Whether it is the key that is on its way out."""
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by application; its applications are the only ones that are listened to."""

    keys: Mapping[int, tuple[Secret, ...]]

    def matches(self, body: bytes, signature: str) -> tuple[Match, ...]:
        """Return every key that made this signature; all are tried, so time tells nothing."""
        return tuple(
            Match(biz_id, previous=bool(place), encoding=encoding)
            for biz_id, keys in self.keys.items()
            for place, key in enumerate(keys)
            if (encoding := matched(body, signature, key))
        )


def load(file: Path | None, environment: Mapping[str, str]) -> Keyring:
    """Read the keys: from `file`, or what `GME_CALLBACK_KEYS_FILE` names, or `GME_CALLBACK_KEYS` itself.

    Raises InvalidInput with every wrong line, by number and without its content, and UserError if there is
    no key at all.
    """
    named = file or (Path(path) if (path := environment.get(FILE_VARIABLE)) else None)
    if named is None:
        return parse(environment.get(VARIABLE, ""), VARIABLE)
    try:
        return parse(named.read_text(encoding="utf-8"), str(named))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise UserError(f"{named} cannot be read: {reason}", hint=_HINT, exit_code=ExitCode.INPUT) from None


def parse(text: str, origin: str) -> Keyring:
    """Read lines of keys; `origin` is what messages call the text."""
    keys: dict[int, tuple[Secret, ...]] = {}
    problems: list[Problem] = []
    for number, words in _lines(text):
        biz_id, *secrets = words
        wrong = _wrong(biz_id, secrets, keys)
        if wrong:
            problems.append(Problem(f"line {number}", "", wrong, origin))
        else:
            keys[int(biz_id)] = tuple(Secret(secret) for secret in secrets)
    if problems:
        raise InvalidInput(problems, file=origin)
    if not keys:
        raise UserError(f"{origin} holds no callback key", hint=_HINT, exit_code=ExitCode.INPUT)
    return Keyring(keys)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words and not words[0].startswith("#"):
            yield number, words


def _wrong(biz_id: str, secrets: list[str], known: Mapping[int, object]) -> str:
    """Say what is wrong with a line; never what it holds."""
    if not (biz_id.isascii() and biz_id.isdigit() and 0 < int(biz_id[:20]) < 2**63):
        return f"begins with a BizId, a whole number: {LINE}"
    if not 1 <= len(secrets) <= MOST_KEYS:
        return f"has one key, or two while the key is being changed: {LINE}"
    if int(biz_id) in known:
        return "is about an application that has a line already"
    return ""
