"""`gme-recording runbook`."""

from __future__ import annotations

import click

from gme_recording.cli import confirming
from gme_recording.cli.options import output_options, stack_option
from gme_recording.cli.output import Output


@click.command("runbook")
@stack_option
@click.option("--app", help="Only this application, by name or bizId (default: all of the stack).")
@output_options
def command(stack: str, app: str | None, *, output: Output) -> int:
    """Print the console steps that no API can do, with the value of each field.

    Only for settings that nobody has confirmed yet; calls nothing. After the steps run `confirm`. The local
    cloud's console is set by `up`.

    Exit codes: 0 nothing to be done, 2 the stack file is wrong, 6 no such stack, 7 a person must act.

    \b
    Examples:
      gme-recording runbook --stack prod
      gme-recording runbook --stack prod --app voice --json
    """
    return confirming.runbook(stack, app, output)
