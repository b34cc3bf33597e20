"""`gme-recording confirm`."""

from __future__ import annotations

import click

from gme_recording.cli import confirming
from gme_recording.cli.options import output_options, stack_option
from gme_recording.cli.output import Output


@click.command("confirm")
@stack_option
@click.option("--app", help="Only this application, by name or bizId (default: all of the stack).")
@click.option("--by", help="Who applied the settings (default: the name of this machine's user).")
@click.option(
    "--fingerprint", help="Note it only if this is still declared: what the runbook said that was followed."
)
@output_options
def command(stack: str, app: str | None, by: str | None, fingerprint: str | None, *, output: Output) -> int:
    """Note in the stack file that the console shows exactly the declared settings.

    Writes fingerprint, name and date to the application's entry, comments and order stay. Commit the change:
    the pull request then says who applied what, and when. `up` goes on only with a matching confirmation.

    Exit codes: 0 noted, 2 the stack file or --by is wrong, the settings are others than in the runbook, or
    it is a local stack, whose console `up` sets, 6 no such stack.

    \b
    Examples:
      gme-recording confirm --stack prod --by "$USER"
      gme-recording confirm --stack prod --app voice --fingerprint f75ccc591614
    """
    return confirming.confirm(stack, app, by, fingerprint, output)
