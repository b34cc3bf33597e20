"""Exceptions → what a person reads, what a program reads, and the exit code."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass

import click

from gme_recording.cli.render import safe
from gme_recording.errors import ExitCode, InvalidInput, UserError

_UNWRITABLE = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""Nobody reads, the disk is full, the terminal is gone."""


@dataclass(slots=True)
class Ended:
    """How a command ended."""

    code: int = 0


@contextmanager
def told(*, as_json: bool) -> Iterator[Ended]:
    """Tell of whatever goes wrong inside, without a traceback unless it is a defect of this program."""
    ended = Ended()
    try:
        with _told(ended, as_json=as_json):
            yield ended
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        ended.code = ExitCode.FAILED
        with suppress(OSError):
            if error.errno != errno.EPIPE:  # whoever closes a pipe knows
                tell(UserError(f"{error.filename or 'the output'} cannot be written: {error.strerror}"))
            # what could not be written would be tried again at the process's end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _told(ended: Ended, *, as_json: bool) -> Iterator[None]:
    try:
        yield
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
