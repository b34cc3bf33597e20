"""`gme-recording reconcile`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gme_recording.cli import reconciling
from gme_recording.cli.options import Finite, Id, Moment, TaskId, output_options, stack_option
from gme_recording.cli.output import Output


@click.command("reconcile")
@stack_option
@click.option("--app", help="Only this application, by name or BizId (default: all of the stack).")
@click.option(
    "--callbacks",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="GME_CALLBACK_STORE",
    help="Database of `callbacks serve` (default: GME_CALLBACK_STORE; without it, keys and GME alone tell).",
)
@click.option("--since", type=Moment(), help="Only what happened at this time or later (default: a day ago).")
@click.option("--task", "tasks", type=TaskId(), multiple=True, help="A task that you know of.")
@click.option(
    "--room", "rooms", type=Id(), multiple=True, help="A room that you know of: is it still being recorded?"
)
@click.option(
    "--erased",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="Record of an erasure: what it says is gone is not lost.",
)
@click.option(
    "--patience",
    type=Finite(min=0),
    default=30,
    show_default=True,
    help="Minutes that a file may take into the bucket.",
)
@click.option(
    "--longest",
    type=Finite(min=0, min_open=True),
    default=24,
    show_default=True,
    help="Hours that a task may run.",
)
@output_options
def command(*, output: Output, **question: Any) -> int:
    """Compare tasks, callbacks and bucket: what is lost, late or unexpected.

    Asks GME about every task that callbacks or keys name, and puts that together with what was heard and what
    is stored. A file is late when it should be in the bucket, lost a day later or when GME said it was there;
    unexpected when nothing told of it. A callback that did not come and a task that runs too long are told
    as well; an object whose key is no recording's is named. What lifecycle deleted or --erased names is not
    lost. Made for cron: it changes nothing.

    Exit codes: 0 nothing to look at, 7 something is, 1 refused, 2 wrong option, 3 credentials, 6 no such
    stack, 10 no database or local cloud.

    \b
    Examples:
      gme-recording reconcile --stack prod --callbacks /var/lib/gme-recording/callbacks.sqlite
      gme-recording reconcile --since 2026-01-31T00:00+08:00 --json
    """
    return reconciling.run(reconciling.Question(**question), output)
