"""`gme-recording smoke`."""

from __future__ import annotations

import click

from gme_recording.cli import proving
from gme_recording.cli.options import output_options, stack_option
from gme_recording.cli.output import Output


@click.command("smoke")
@stack_option
@click.option("--app", help="Only this application, by name (default: all of the stack).")
@output_options
def command(stack: str, app: str | None, *, output: Output) -> int:
    """Run the smoke test of a deployed stack, as `up` does after a change.

    Really starts and stops a recording and checks everything on the way; needs no engine. On Tencent Cloud
    a player must be in the room that the stack file names, and the recording costs what recording costs.

    Exit codes: 0 passed, 1 a check failed, 2 the stack file is wrong, 3 credentials, 6 no such stack,
    8 interrupted (the recording is stopped), 10 the local cloud is not running.

    \b
    Examples:
      gme-recording smoke
      gme-recording smoke --stack prod --app voice --json
    """
    return proving.smoke_test(stack, app, output)
