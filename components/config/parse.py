"""Configuration to `Stack`, with all problems at once: from the files, or inside a Pulumi program.

Both ways end in the same reading: which keys there are, and how each is read, is what `model` says.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from components.config import checks, files
from components.config.files import PROJECT, stack_file
from components.config.keys import Key, Many, Named, keys, required
from components.config.model import (
    Routing,
    Stack,
)
from components.config.words import Unreadable
from gme_recording.errors import InvalidInput, Problem

__all__ = ["from_pulumi", "load", "stack_file", "warnings"]

T = TypeVar("T")

TOP = f"{PROJECT}:"
ROUTING = {
    "region": "tencentcloud:region",
    "protocol": "tencentcloud:protocol",
    "cos_domain": "tencentcloud:cosDomain",
}
FILE_KEYS = ("config", "encryptionsalt", "encryptedkey", "secretsprovider", "environment")
_LONGEST_SHOWN = 60
_PASSWORD_IN_URL = re.compile(r"//[^/@\s]+@")


def load(stack: str, root: Path) -> Stack:
    """The stack as its file and the defaults of Pulumi.yaml declare it; needs no engine, calls nothing.

    Raises `InvalidInput` with every problem, or `UserError` for a file that is missing or not YAML.
    """
    path = stack_file(stack, root)
    shown = path.relative_to(root).as_posix()
    content = files.read_mapping(path, shown)
    reading = _Reading(shown)
    for key in content.keys() - set(FILE_KEYS):
        reading.unknown(key, key, FILE_KEYS)
    config = content.get("config")
    if config is not None and not isinstance(config, dict):
        reading.refuse("config", config, "a mapping of configuration keys")
        config = {}
    for key in config or {}:
        if ":" not in key:
            reading.refuse(key, None, f"a key with its namespace, such as {TOP}{key}")
    return _stack(stack, {**files.project_defaults(root), **(config or {})}, reading)


def from_pulumi() -> Stack:
    """The stack as the engine handed it to the running program; raises `InvalidInput` with every problem."""
    import pulumi  # noqa: PLC0415 - only a program has an engine; files are read without the SDK
    from pulumi.runtime import config as engine  # noqa: PLC0415

    name = pulumi.get_stack()
    handed_over = {**engine.get_config_env(), **engine.CONFIG.get()}
    config = {
        # As the file has it: read on, what the engine has decrypted would be in clear in the state.
        key: {"secure": ""} if engine.is_config_secret(key) else _decoded(value)
        for key, value in handed_over.items()
    }
    return _stack(name, config, _Reading(f"stacks/Pulumi.{name}.yaml"))


def from_inputs(name: str, own: Mapping[str, Any]) -> Stack:
    """The running stack from the inputs of a component, with the keys of a stack file; raises `InvalidInput`.

    The provider's settings are those of the program that uses the component, and its region the declared one
    where that program does not say. `name` is the component's, for messages.
    """
    import pulumi  # noqa: PLC0415 - only a program has a stack
    from pulumi.runtime import config as engine  # noqa: PLC0415

    config = {key: _decoded(value) for key, value in engine.CONFIG.get().items() if not key.startswith(TOP)}
    region = {} if config.get(ROUTING["region"]) else {ROUTING["region"]: own.get("region")}
    mine = {f"{TOP}{key}": value for key, value in own.items()}
    return _stack(pulumi.get_stack(), {**config, **region, **mine}, _Reading(f"RecordingEnvironment {name}"))


def warnings(stack: Stack) -> tuple[Problem, ...]:
    """What is allowed and probably not meant."""
    return tuple(checks.warnings(stack))


def _stack(name: str, config: Mapping[str, Any], reading: _Reading) -> Stack:
    own = {key.removeprefix(TOP): value for key, value in config.items() if key.startswith(TOP)}
    routing = Routing(**{part: str(config.get(key) or "") for part, key in ROUTING.items()})
    stack = reading.record(Stack, own, TOP, name=name, routing=routing)
    reading.problems.extend(checks.settings_of_the_environment(config))
    reading.problems.extend(checks.problems(stack, unread=reading.unread))
    if reading.problems:
        in_order = sorted(reading.problems, key=lambda problem: problem.where)
        raise InvalidInput([replace(problem, file=reading.file) for problem in in_order], file=reading.file)
    return stack


def _decoded(value: str) -> Any:
    """The engine hands structures over as JSON text, scalars as they are, and nothing as an empty text."""
    try:
        return json.loads(value) if value[:1] in ("{", "[") else value or None
    except ValueError:
        return value


@dataclass(slots=True)
class _Reading:
    """One reading of one file: what could not be read is collected, and the rest is read on."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def record(self, kind: type[T], written: object, where: str, **given: object) -> T:
        """Reads a mapping as `kind`. A required value that could not be read is None; `problems` says why."""
        known = {key.name: (name, key) for name, key in keys(kind)}
        values: dict[str, Any] = {**dict.fromkeys(required(kind)), **given}
        if not isinstance(written, Mapping):
            self.refuse(where, written, "a mapping with the keys " + ", ".join(known))
            return kind(**values)
        for key_name in written:
            if key_name not in known:
                self.unknown(_join(where, str(key_name)), str(key_name), tuple(known))
        for key_name, (name, key) in known.items():
            if written.get(key_name) is not None:
                read = self.value(key, written[key_name], _join(where, key_name))
                values.update({name: read} if read is not None else {})
            elif name in required(kind):
                self.refuse(_join(where, key_name), None, "required, and missing")
        return kind(**values)

    def value(self, key: Key, written: object, where: str) -> object:
        """Reads one value; None where that failed."""
        if isinstance(written, Mapping) and set(written) == {"secure"}:
            hint = "no key of this project is a secret"
            self.problems.append(Problem(where, "encrypted", "written in clear", hint=hint))
            self.unread.add(where)
            return None
        if isinstance(key.read, Many):
            if not isinstance(written, list):
                self.refuse(where, written, "a list")
                return None
            return tuple(self.record(key.read.kind, one, f"{where}[{at}]") for at, one in enumerate(written))
        if isinstance(key.read, Named):
            if not isinstance(written, Mapping):
                self.refuse(where, written, "a mapping of names to mappings")
                return None
            kind = key.read.kind
            return {str(name): self.record(kind, one, f"{where}.{name}") for name, one in written.items()}
        if isinstance(key.read, type) and is_dataclass(key.read):
            return self.record(key.read, written, where)
        try:
            return key.read(written)
        except Unreadable as problem:
            self.refuse(where, written, problem.allowed, problem.hint)
            return None

    def refuse(self, where: str, written: object, allowed: str, hint: str = "") -> None:
        """Notes a value that is not taken."""
        found = "" if written is None else _shown(written)
        self.problems.append(Problem(where, found, allowed, hint=hint))
        self.unread.add(where)

    def unknown(self, where: str, name: str, known: tuple[str, ...]) -> None:
        """Notes a key that does not exist, with the one that was probably meant."""
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        self.problems.append(Problem(where, "", "not a key here; known: " + ", ".join(known), hint=hint))


def _join(where: str, key: str) -> str:
    return f"{where}{key}" if where.endswith(":") else f"{where}.{key}"


def _shown(written: object) -> str:
    shown = (
        json.dumps(written, ensure_ascii=False, default=str)
        if not isinstance(written, str)
        else repr(written)
    )
    shown = _PASSWORD_IN_URL.sub("//***@", shown)
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
