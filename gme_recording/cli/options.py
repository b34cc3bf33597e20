"""Options that several verbs share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from gme_recording.cli.output import Output
from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings.names import MOST_ID

F = TypeVar("F", bound=Callable[..., Any])


class Moment(click.ParamType[float]):
    """A time as ISO 8601 writes it; without an offset, the machine's own."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return Unix seconds."""
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-01-31, 2026-01-31T18:30 or …+08:00", param, ctx)


class Id(click.ParamType[str]):
    """The id of a room or a user: any text that is not blank, as an unset variable of a shell is."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id as it was written."""
        if not value.strip():
            self.fail(f"{value!r} is no id: is a variable of the shell not set?", param, ctx)
        return str(value)


class TaskId(click.ParamType[str]):
    """Text: a task's id does not fit in a double."""

    name = "task"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id as it was written."""
        if not re.fullmatch(r"[1-9]\d{0,19}", value, re.ASCII) or int(value) > MOST_ID:
            self.fail(f"{value!r} is no task id: a whole number such as 446192236330927912", param, ctx)
        return str(value)


class Finite(click.FloatRange):
    """A number within bounds; neither `inf` nor `nan`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return it."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a number to count with", param, ctx)
        return float(number)


class Amount(click.ParamType[Decimal]):
    """A decimal number, `least` or more."""

    name = "number"

    def __init__(self, least: str = "0") -> None:
        self.least = Decimal(least)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Return it."""
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value!r} is no number", param, ctx)
        if not number.is_finite():
            self.fail(f"{value} is not a number to count with", param, ctx)
        if number < self.least:
            self.fail(f"{value} is not {self.least} or more", param, ctx)
        return number


stack_option = click.option(
    "--stack", "-s", default="local", show_default=True, help="Name of the stack: stacks/Pulumi.<name>.yaml."
)
refresh_option = click.option("--refresh", is_flag=True, help="Read every resource first: drift is found.")
expect_option = click.option(
    "--expect-no-changes", is_flag=True, help="End with exit code 7 if there is any change or drift."
)
repair_option = click.option(
    "--repair",
    is_flag=True,
    help="Agree that the state is changed where the cloud contradicts it; a copy is kept.",
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask (stacks of Tencent Cloud only).")


def output_options(function: F) -> F:
    """Add --json; the function gets `output` instead."""

    @click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, and no progress.")
    @wraps(function)
    def with_output(*arguments: Any, as_json: bool, **options: Any) -> Any:
        return function(*arguments, output=Output.for_terminal(as_json=as_json), **options)

    return with_output  # type: ignore[return-value]


def project_root() -> Path:
    """Return the project's folder: the nearest one, from here upwards, that has a Pulumi.yaml."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder
    raise UserError(
        f"no Pulumi.yaml in {here} or above",
        hint="change to the project's folder",
        exit_code=ExitCode.INPUT,
    )
