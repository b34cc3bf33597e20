"""The account's one role for GME, which only one of its stacks can make."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from components.config import files, parse
from components.config.model import Grant, Stack
from gme_recording.errors import UserError


def maker(stack: Stack, root: Path) -> str:
    """Return another stack of the account whose file says that it makes the role; empty if none does."""
    for name in files.stacks(root):
        with suppress(UserError):  # a file that cannot be read says nothing of the account
            other = parse.load(name, root)
            same = (other.cloud, other.appid) == (stack.cloud, stack.appid)
            if name != stack.name and same and other.access.grant is Grant.CREATE:
                return name
    return ""
