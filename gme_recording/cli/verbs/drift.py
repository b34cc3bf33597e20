"""`gme-recording drift`."""

from __future__ import annotations

from pathlib import Path

import click

from gme_recording.cli import drifting
from gme_recording.cli.options import output_options
from gme_recording.cli.output import Output


@click.command("drift")
@click.option("--stack", "-s", "stacks", multiple=True, help="Stack to look at, repeatable (default: local).")
@click.option("--all", "every", is_flag=True, help="Every stack that has a file in stacks/.")
@click.option(
    "--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write it as Markdown, too."
)
@output_options
def command(stacks: tuple[str, ...], *, every: bool, markdown: Path | None, output: Output) -> int:
    """Find what differs from what is declared, and who should do what; changes nothing.

    Reads every resource, the console's settings as far as the cloud tells them, the access grant, and who
    else can reach the buckets: policy, access lists, and unsigned requests for a few recordings. With many
    stacks all are looked at; what could not be asked is told apart from what differs (docs/drift.md).

    Exit codes: 0 all as declared, 7 something differs; where something could not be looked at: 2 a stack file
    is wrong, 3 credentials or passphrase, 6 no such stack, 10 engine or local cloud not available, 1 else.

    \b
    Examples:
      gme-recording drift --stack prod
      gme-recording drift --all --json
      gme-recording drift --all --markdown drift.md
    """
    return drifting.drifts(stacks, markdown, output, every=every)
