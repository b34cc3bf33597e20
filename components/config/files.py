"""Reads Pulumi.yaml and stack files as the engine reads them, without the engine.

PyYAML follows YAML 1.1, where `on:` is a boolean and `1:30` a number, and lets a key appear twice. The
engine's reader does none of that, so this one does not either. What looks like a text and is a date or a
number to the engine is refused: in quotes it is the same for both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from gme_recording.errors import ExitCode, UserError

PROJECT = "gme-recording"
"""Name of the Pulumi project, and the namespace of its configuration keys."""

STACK_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_TAG = "tag:yaml.org,2002:"
_TEXT = f"{_TAG}str"
_CORE_SCHEMA = {
    f"{_TAG}bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    f"{_TAG}int": (r"[-+]?(?:0|[1-9][0-9]*|0o?[0-7]+|0x[0-9a-fA-F]+)", "-+0123456789"),
    f"{_TAG}float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?",
        "-+.0123456789",
    ),
    f"{_TAG}null": (r"~|null|Null|NULL|", "~nN"),
    f"{_TAG}merge": (r"<<", "<"),
}
_REFUSED = {
    "!date": (
        r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]| +)\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d*)?(?:Z|[-+]\d\d:\d\d)?)?",
        "0123456789",
        "{} is a date to the engine, which would write it another way: put it in quotes",
    ),
    "!number": (
        r"[-+]?(?:0_*[bB][01_]+|0_*[oO][0-7_]+|0_*[xX][0-9a-fA-F_]+|\.(?:inf|Inf|INF)"
        r"|(?=[0-9_.]*[0-9])[0-9_]*(?:\.[0-9_]*)?(?:[eE]_*[-+]?[0-9_]+)?)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
        "{} is a number to the engine: write it in plain digits, or put it in quotes",
    ),
}
"""What the engine does not take for the text that it looks like, if it has matched nothing above."""


def stack_file(stack: str, root: Path) -> Path:
    """Where the stack's file is; `UserError` NO_STACK, naming the stacks there are, if there is none."""
    folder = root / "stacks"
    path = folder / f"Pulumi.{stack}.yaml"
    if STACK_NAME.fullmatch(stack) and path.is_file():
        return path
    there_are = ", ".join(stacks(root)) or "none"
    raise UserError(
        f"there is no stack {stack!r}: stacks/Pulumi.{stack}.yaml does not exist",
        hint=f"stacks of this project: {there_are}",
        exit_code=ExitCode.NO_STACK,
    )


def stacks(root: Path) -> tuple[str, ...]:
    """Names of the stacks that have a file."""
    names = (
        path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        for path in (root / "stacks").glob("Pulumi.*.yaml")
    )
    return tuple(sorted(names))


def read_mapping(path: Path, shown: str) -> dict[str, Any]:
    """The mapping a YAML file holds; `UserError` INPUT with file and line if it is none."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _not_yaml(shown, error.problem or "not YAML", line=mark.line + 1 if mark else 0) from error
    except RecursionError:
        raise _not_yaml(shown, "nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _not_yaml(shown, str(error).splitlines()[0].partition(";")[0]) from error
    except OSError as error:
        raise _not_yaml(shown, error.strerror or str(error)) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _not_yaml(shown, "the file must hold a mapping of keys to values", line=1)
    return content


def project_defaults(root: Path) -> dict[str, Any]:
    """What Pulumi.yaml gives where a stack file is silent; an object of the stack replaces it as a whole."""
    declared = read_mapping(root / "Pulumi.yaml", "Pulumi.yaml").get("config") or {}
    if not isinstance(declared, dict):
        raise _not_yaml("Pulumi.yaml", "config must be a mapping of keys to what they are")
    defaults: dict[str, Any] = {}
    for key, entry in declared.items():
        full_key = key if ":" in key else f"{PROJECT}:{key}"
        if isinstance(entry, dict) and ("value" in entry or "default" in entry):
            defaults[full_key] = entry.get("value", entry.get("default"))
    return defaults


class _Loader(yaml.CSafeLoader):
    """The C parser with YAML 1.2's core schema; keys are texts and not repeated, nothing holds itself."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name

    yaml_constructors = {  # noqa: RUF012
        tag: construct
        for tag, construct in yaml.CSafeLoader.yaml_constructors.items()
        if tag in {None, _TEXT, f"{_TAG}map", f"{_TAG}seq", *_CORE_SCHEMA}
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ARG002
        if advice := _REFUSED.get(node.tag):
            raise _refused(advice[-1].format(node.value), node)
        if node.tag in _CORE_SCHEMA and not re.fullmatch(_CORE_SCHEMA[node.tag][0], str(node.value)):
            raise _refused(f"{node.value!r} is not what its tag says", node)
        value = super().construct_object(node, deep=True)
        if isinstance(value, float) and not math.isfinite(value):
            raise _refused(f"{node.value} is too large a number", node)
        return value

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key must be a word, not a list or a mapping", key)
            if key.tag not in {_TEXT, f"{_TAG}merge"}:
                raise _refused(f"the key {key.value} is no text: put it in quotes", key)
            if key.value in seen:
                raise _refused(f"the key {key.value!r} appears twice", key)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


for _tag, (_pattern, _first, *_) in {**_CORE_SCHEMA, **_REFUSED}.items():
    _Loader.add_implicit_resolver(
        _tag, re.compile(rf"(?:{_pattern})\Z"), [*_first, ""] if "null" in _tag else list(_first)
    )


def _refused(problem: str, node: yaml.Node) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def _not_yaml(shown: str, problem: str, line: int = 0) -> UserError:
    where = f"{shown}, line {line}" if line else shown
    return UserError(
        f"{where}: {problem}", hint="correct the file; nothing was changed", exit_code=ExitCode.INPUT
    )
