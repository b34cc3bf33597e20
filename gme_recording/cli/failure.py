"""Exceptions → what a person reads, what a program reads, and the exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

import click

from gme_recording.cli.render import safe
from gme_recording.errors import ExitCode, InvalidInput, UserError


@dataclass(slots=True)
class Ended:
    """How a command ended."""

    code: int = 0


@contextmanager
def told(*, as_json: bool) -> Iterator[Ended]:
    """Tell of whatever goes wrong inside, without a traceback unless it is a defect of this program."""
    ended = Ended()
    try:
        yield ended
    except click.exceptions.Exit as done:
        ended.code = done.exit_code
    except click.UsageError as error:
        error.show()
        ended.code = ExitCode.INPUT
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        ended.code = ExitCode.CANCELLED
    except UserError as error:
        tell(error)
        if as_json:
            click.echo(json.dumps({"error": facts(error)}, ensure_ascii=False))
        ended.code = error.exit_code


def facts(error: UserError) -> dict[str, object]:
    """Return an error as JSON data."""
    found: dict[str, object] = {
        "message": error.message,
        "hint": error.hint,
        "exitCode": int(error.exit_code),
    }
    if isinstance(error, InvalidInput):
        found["problems"] = [asdict(problem) for problem in error.problems]
    return found


def tell(error: UserError) -> None:
    """Print what is wrong, and what to do."""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {safe(error.message)}", err=True)
    if error.hint:
        click.echo(f"{click.style('hint', fg='cyan')}: {safe(error.hint)}", err=True)
