"""Text that nobody can break out of, in GitHub's and GitLab's Markdown (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from policy.console import SECRETS
from policy.inputs import UNKNOWNS

_LONGEST = 160
_WITHHELD = re.compile("|".join([*UNKNOWNS, *(pattern.pattern for pattern in SECRETS.values())]))
_FITS_SPAN = re.compile(r"[^`|\\]+")
_ACTIVE = re.compile(
    r"[\\`*\[\]<>&|~#@$!]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9])|:(?=//)|(?<=www)\.", re.IGNORECASE
)
"""What would format, mention or link."""


def plain(text: str) -> str:
    """One line of what can be printed; what looks like a credential, and Pulumi's unknowns, are withheld."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return _WITHHELD.sub("[withheld]", line)


def code(text: str) -> str:
    """Literal text in a line or a table cell."""
    line = shortened(plain(text)).strip()
    if _FITS_SPAN.fullmatch(line):
        return f"`{line}`"
    return f"<code>{''.join(char if char.isalnum() else f'&#{ord(char)};' for char in line)}</code>"


def prose(text: str) -> str:
    """Words that format, mention and link nothing."""
    return _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", shortened(plain(text), 600))


def listed(texts: Sequence[str], most: int = 6) -> str:
    """Join literal texts by commas; after so many, the number of those left out."""
    shown = ", ".join(code(text) for text in texts[:most])
    return f"{shown} and {len(texts) - most} more" if len(texts) > most else shown


def fence(text: str, language: str = "text") -> str:
    """Return literal lines as a block."""
    lines = "\n".join(plain(line).rstrip() for line in text.strip("\n").splitlines())
    ticks = max((len(run) for run in re.findall("`+", lines)), default=0)
    marks = "`" * max(3, ticks + 1)
    return f"{marks}{language}\n{lines}\n{marks}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> str:
    """Return a table whose source is aligned too; cells are Markdown of one line, `right` are numbers."""
    lines = [[*head], *([*row] for row in rows)]
    widths = [max(3, *(len(line[column]) for line in lines)) for column in range(len(head))]
    rule = [f"{'-' * (width - 1)}{':' if at in right else '-'}" for at, width in enumerate(widths)]
    return "\n".join(
        f"| {' | '.join(_padded(cell, width, at in right) for at, (cell, width) in cells)} |"
        for cells in (enumerate(zip(line, widths, strict=True)) for line in (lines[0], rule, *lines[1:]))
    )


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return the text, or as much of it as fits, with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 resource`, `2 resources`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _padded(cell: str, width: int, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
