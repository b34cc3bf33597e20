"""Writes the stack file of an adopted set-up."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from components.config import files, parse
from gme_recording.errors import ExitCode, UserError

HEADER = """\
# {stack}: taken over by `gme-recording adopt` from a set-up that recorded already. Say here what it is for.
# on_destroy is refuse, so that nothing goes by accident. What still differs from the cloud:
# gme-recording preview --stack {stack}
# yaml-language-server: $schema=schema.json
"""


def path_of(stack: str, root: Path) -> Path:
    """Where the file is to be; UserError INPUT if there is one, or the name cannot be a stack's."""
    if not files.STACK_NAME.fullmatch(stack):
        raise UserError(
            f"{stack!r} cannot be the name of a stack",
            hint="letters, digits, - _ and .",
            exit_code=ExitCode.INPUT,
        )
    path = root / "stacks" / f"Pulumi.{stack}.yaml"
    if path.exists():
        raise UserError(
            f"stacks/{path.name} exists already, and is not written over",
            hint="name another stack with --stack",
            exit_code=ExitCode.INPUT,
        )
    return path


def write(stack: str, root: Path, config: Mapping[str, Any]) -> Path:
    """Write the file and check that it can be read; where it cannot, InvalidInput, and none is left."""
    path = path_of(stack, root)
    text = io.StringIO()
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump({"config": dict(config)}, text)
    path.write_text(HEADER.format(stack=stack) + text.getvalue(), encoding="utf-8")
    try:
        parse.load(stack, root)
    except UserError:
        path.unlink()
        raise
    return path
