"""`gme-recording settings`."""

from __future__ import annotations

import click

from gme_recording.cli import confirming
from gme_recording.cli.options import output_options, stack_option
from gme_recording.cli.output import Output


@click.command("settings")
@stack_option
@click.option("--app", help="Only this application, by name or bizId (default: all of the stack).")
@output_options
def command(stack: str, app: str | None, *, output: Output) -> int:
    """Show the console settings side by side: what is declared, confirmed and proved.

    Declared is what the stack file asks for; confirmed, that somebody has said the console shows exactly
    that. Proved is what the API tells when it is asked to record a room that does not exist, what the last
    smoke test showed, or what the local console shows. Changes nothing.

    Exit codes: 0 all as declared, 2 the stack file is wrong, 6 no such stack, 7 somebody must act.

    \b
    Examples:
      gme-recording settings --stack prod
      gme-recording settings --stack prod --app voice --json
    """
    return confirming.settings(stack, app, output)
