"""Writes a confirmation into a stack file. Only its own few characters change: comments, quotes, order
and line breaks of the rest stay as they are.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from pathlib import Path

    from ruamel.yaml.nodes import Node

    from gme_recording.console.settings import Confirmation

APPS = "gme-recording:apps"


def write(stack_file: Path, app: str, confirmation: Confirmation) -> bool:
    """Set `console` of the application named `app` (or with that bizId); tell whether the file changed."""
    try:
        text = stack_file.read_bytes().decode()
    except FileNotFoundError:
        raise UserError(f"{stack_file}: no such file", exit_code=ExitCode.NO_STACK) from None
    try:
        changed = confirmed(text, app, confirmation)
    except YAMLError as error:
        raise UserError(f"{stack_file} is not YAML: {error}", exit_code=ExitCode.INPUT) from None
    except LookupError as error:
        raise UserError(f"{stack_file}: {error.args[0]}", exit_code=ExitCode.INPUT) from None
    if changed == text:
        return False
    beside = stack_file.with_name(f".{stack_file.name}.new")
    beside.write_bytes(changed.encode())
    beside.chmod(stack_file.stat().st_mode)
    os.replace(beside, stack_file)  # noqa: PTH105 - says that it replaces at once or not at all
    return True


def confirmed(text: str, app: str, confirmation: Confirmation) -> str:
    """Return the stack file's text with the confirmation; LookupError if there is no such application."""
    facts = {"confirmed": confirmation.fingerprint, "by": confirmation.by, "on": confirmation.on}
    console = _get(_find_app(text, app), "console")
    if not isinstance(console, MappingNode) or not console.value:
        flow = ", ".join(f"{name}: {_quoted(value)}" for name, value in facts.items())
        return _set(text, _find_app(text, app), "console", f"{{{flow}}}")
    for name, value in facts.items():
        console = _get(_find_app(text, app), "console")
        assert isinstance(console, MappingNode)
        text = _set(text, console, name, _quoted(value))
    return text


def _find_app(text: str, app: str) -> MappingNode:
    root = YAML().compose(text)
    config = _get(root, "config")
    apps = _get(config, APPS)
    listed = apps.value if isinstance(apps, SequenceNode) else []
    names = []
    for entry in listed:
        known = [node.value for key in ("name", "bizId") if isinstance(node := _get(entry, key), ScalarNode)]
        if app in known and isinstance(entry, MappingNode):
            return entry
        names += known[:1]
    raise LookupError(f"{APPS} has no application {app!r}; it has: {', '.join(names) or 'none'}")


def _get(node: Node | None, key: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _set(text: str, mapping: MappingNode, key: str, value: str) -> str:
    """Replace the value of a key, or add the key at the end of the mapping."""
    for name, old in mapping.value:
        if name.value == key:
            colon = text.index(":", name.end_mark.index) + 1
            empty = old.start_mark.index == old.end_mark.index
            start, end = (colon, colon) if empty else (old.start_mark.index, old.end_mark.index)
            return f"{text[:start]}{' ' if empty else ''}{value}{text[end:]}"
    end = _end(mapping.value[-1][1])
    if mapping.flow_style:
        return f"{text[:end]}, {key}: {value}{text[end:]}"
    column = mapping.value[0][0].start_mark.column
    line = f"{' ' * column}{key}: {value}"
    if text[end - 1] == "\n":
        return f"{text[:end]}{line}\n{text[end:]}"
    end = len(text) if (newline := text.find("\n", end)) < 0 else newline
    return f"{text[:end]}\n{line}{text[end:]}"


def _end(node: Node) -> int:
    """Return the index after a node's last character; the mark of a block collection is further on."""
    if isinstance(node, ScalarNode) or not node.value or getattr(node, "flow_style", False):
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last)


def _quoted(value: str) -> str:
    """In double quotes, so that digits, dates and `yes` stay text."""
    return json.dumps(value, ensure_ascii=False)
