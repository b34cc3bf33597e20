"""The keys of a stack file as Markdown tables, made from `model`: the reference in docs/configuration.md.

`python -m components.config.reference` writes it between the two marks of that page; a test compares it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from components.config import schema
from components.config.keys import Key, Many, Named, keys, required
from components.config.model import (
    Stack,
)
from components.config.words import render_days, render_seconds

PAGE = "docs/configuration.md"
BEGIN, END = "<!-- keys: made by python -m components.config.reference -->\n", "<!-- /keys -->\n"


def render() -> str:
    """A table for the top level, then one for each key that holds keys."""
    return "\n".join(_sections("gme-recording:", Stack, seen=set()))


def current(page: str) -> str:
    """The page with the reference as it is now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{render()}\n{END}{after}"


def _sections(title: str, kind: type[Any], seen: set[type[Any]]) -> Iterator[str]:
    seen.add(kind)
    yield f"### `{title}`\n\n{_table(kind)}"
    for _, key in keys(kind):
        inner = _inner(key)
        if inner and inner not in seen:
            yield from _sections(f"{key.name}{'[]' if isinstance(key.read, Many) else ''}", inner, seen)


def _table(kind: type[Any]) -> str:
    described, there_are = schema.descriptions(kind), {item.name: item for item in fields(kind)}
    rows = [
        f"| `{key.name}` | {_takes(key)} | {_default(kind, there_are[name])} | {_escaped(described[name])} |"
        for name, key in keys(kind)
    ]
    return "\n".join(["| key | takes | default | meaning |", "|---|---|---|---|", *rows, ""])


def _takes(key: Key) -> str:
    inner = _inner(key)
    if inner:
        kinds = {Many: "list of mappings", Named: "mappings by name"}
        return f"{kinds.get(type(key.read), 'mapping')}, see below"
    assert not isinstance(key.read, type | Many | Named)
    return _words(key.read.schema)


def _words(rule: Mapping[str, Any]) -> str:
    if "enum" in rule:
        return ", ".join(f"`{each}`" for each in rule["enum"])
    if "anyOf" in rule:
        return " or ".join(_words(each) for each in rule["anyOf"])
    if "const" in rule:
        return f"`{rule['const']}`"
    if rule["type"] == "array":
        return f"list of {_words(rule['items'])}"
    if "days" in rule.get("pattern", ""):
        return "days in words"
    if "seconds" in rule.get("pattern", ""):
        return "seconds, minutes or hours in words"
    names = {"boolean": "`true`, `false`", "integer": "whole number", "object": "mapping of texts"}
    return names.get(rule["type"] if isinstance(rule["type"], str) else "", "text")


def _default(kind: type[Any], item: Field[Any]) -> str:
    if item.name in required(kind):
        return "required"
    value = item.default if item.default is not MISSING else None
    if value in (None, "", ()):
        return ""
    if item.name.endswith("_days"):
        return f"`{render_days(value)}`"
    if item.name.endswith("_seconds"):
        return f"`{render_seconds(value)}`"
    shown = value.value if isinstance(value, Enum) else value
    return f"`{str(shown).lower() if isinstance(shown, bool) else shown}`"


def _inner(key: Key) -> type[Any] | None:
    read = key.read.kind if isinstance(key.read, Many | Named) else key.read
    return read if isinstance(read, type) and is_dataclass(read) else None


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    page = Path(sys.argv[1] if len(sys.argv) > 1 else ".") / PAGE
    page.write_text(current(page.read_text(encoding="utf-8")), encoding="utf-8")
