"""`gme-recording review`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click

from gme_recording.cli import reviewing
from gme_recording.cli.options import Amount, Moment, output_options
from gme_recording.cli.output import Output

file_type = click.Path(path_type=Path, dir_okay=False)


@click.command("review")
@click.argument("previews", nargs=-1, metavar="[STACK=FILE | FOLDER]...")
@click.option(
    "--stack", "-s", "stacks", multiple=True, help="Preview this stack now; can be given more than once."
)
@click.option(
    "--objects", is_flag=True, help="List the buckets: how many recordings will expire sooner, and when."
)
@click.option(
    "--hours-per-day",
    type=Amount(),
    help="Hours of rooms recorded a day in each stack: fills the column of costs.",
)
@click.option("--prices", type=file_type, help="Prices that take the place of those in the package (CSV).")
@click.option("--recording-price", type=Amount(), help="GME's fee: USD for 1,000 minutes of a room.")
@click.option("--commit", default="", help="The commit that was previewed, to name it in the comment.")
@click.option("--at", type=Moment(), help="When the previews were made (default: now).")
@click.option(
    "--fail-on",
    type=click.Choice([reviewing.FINDINGS, reviewing.DELETIONS]),
    multiple=True,
    help="End with exit code 7 if a rule stops a deployment, or if anything is replaced or deleted.",
)
@click.option(
    "--output",
    "file",
    type=file_type,
    help="Write the Markdown to this file instead of stdout.",
)
@output_options
def command(
    previews: tuple[str, ...],
    stacks: tuple[str, ...],
    *,
    objects: bool,
    hours_per_day: Decimal | None,
    prices: Path | None,
    recording_price: Decimal | None,
    commit: str,
    at: float | None,
    fail_on: tuple[str, ...],
    file: Path | None,
    output: Output,
) -> int:
    """Write what a pull request would do, for its reviewer, as one Markdown comment.

    Reads what `pulumi preview --json --show-sames` has written for one or many stacks, or makes the previews.
    Replacements and deletions come first; then recordings that expire sooner, findings of the policy pack
    (with policy/<stack>.json, if there is one), permissions, console work and changes. Shows names of
    properties, and values where they are known to be harmless. The first line is a marker: the comment that
    has it is to be edited.

    Exit codes: 0 written, 1 a preview failed (one in a file is told of in the comment), 2 an input is wrong,
    3 credentials, 6 no such stack, 7 what --fail-on names was found (written too), 10 engine or local cloud
    not available.

    \b
    Examples:
      gme-recording review --stack prod --objects
      gme-recording review previews/ --commit 1a2b3c4 --output comment.md --fail-on findings
    """
    asked = reviewing.Asked(
        previews=previews,
        stacks=stacks,
        objects=objects,
        hours_per_day=hours_per_day,
        prices=prices,
        recording_price=recording_price,
        commit=commit,
        at=datetime.now(UTC) if at is None else datetime.fromtimestamp(at, UTC),
        fail_on=fail_on,
        file=file,
    )
    return reviewing.tell(asked, output)
