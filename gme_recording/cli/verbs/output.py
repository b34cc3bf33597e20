"""`gme-recording output`."""

from __future__ import annotations

import click

from gme_recording.cli import deploying
from gme_recording.cli.options import output_options, stack_option
from gme_recording.cli.output import Output


@click.command("output")
@click.argument("name", required=False)
@stack_option
@output_options
def command(name: str | None, stack: str, *, output: Output) -> int:
    """Print a stack's outputs as the last `up` left them, or the one called NAME.

    Nothing is called but the place where state is kept. Secrets are shown as [secret].

    Exit codes: 0 printed, 2 the stack file is wrong or there is no such output, 3 passphrase or login,
    6 the stack is not deployed, 10 no engine.

    \b
    Examples:
      gme-recording output --json
      gme-recording output bucket --stack prod
    """
    return deploying.outputs(stack, name, output)
