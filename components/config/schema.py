"""JSON Schema of the stack files, made from `model`: completion and hints in editors.

`python -m components.config.schema` writes stacks/schema.json, and a test compares it. What is wrong across
keys is found by `checks` alone.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from components.config import parse
from components.config.files import PROJECT
from components.config.keys import Key, Many, Named, keys, required
from components.config.model import (
    Stack,
)

FILE = "stacks/schema.json"
LINE = "# yaml-language-server: $schema=schema.json"
"""What a stack file says so that editors find the schema."""


def of_stack_files() -> dict[str, Any]:
    """The schema of a whole stack file. Configuration of other programs is not looked at."""
    stack = of(Stack)
    known = "|".join(stack["properties"])
    routing = {key: {"type": "string"} for key in parse.ROUTING.values()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Stack of gme-recording",
        "type": "object",
        "additionalProperties": False,
        "required": ["config"],
        "properties": {
            **{key: {} for key in parse.FILE_KEYS},
            "config": {
                "type": "object",
                "properties": {
                    **{f"{PROJECT}:{key}": rule for key, rule in stack["properties"].items()},
                    **routing,
                },
                "patternProperties": {f"^{PROJECT}:(?!({known})$)": False},
                "required": [f"{PROJECT}:{key}" for key in stack["required"]],
            },
        },
    }


def of(kind: type[Any]) -> dict[str, Any]:
    """The schema of a mapping that is read as a dataclass of `model`."""
    described = descriptions(kind)
    there_are = dict(keys(kind))
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            key.name: {**_rule(key), "description": described[name]} for name, key in there_are.items()
        },
        "required": [key.name for name, key in there_are.items() if name in required(kind)],
    }


def descriptions(kind: type[Any]) -> dict[str, str]:
    """What is written below the fields of a class, by field."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for line, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(line, ast.AnnAssign) and isinstance(after, ast.Expr):
            found[ast.unparse(line.target)] = " ".join(str(ast.literal_eval(after.value)).split())
    return found


def _rule(key: Key) -> Mapping[str, Any]:
    if isinstance(key.read, Many):
        return {"type": "array", "items": of(key.read.kind)}
    if isinstance(key.read, Named):
        return {"type": "object", "additionalProperties": of(key.read.kind)}
    if isinstance(key.read, type) and is_dataclass(key.read):
        return of(key.read)
    assert not isinstance(key.read, type)
    return key.read.schema


def text() -> str:
    """What stacks/schema.json holds."""
    return json.dumps(of_stack_files(), indent=2) + "\n"


if __name__ == "__main__":
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    (root / FILE).write_text(text(), encoding="utf-8")
