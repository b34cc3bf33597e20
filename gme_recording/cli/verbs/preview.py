"""`gme-recording preview`."""

from __future__ import annotations

import click

from gme_recording.cli import deploying
from gme_recording.cli.options import expect_option, output_options, refresh_option, stack_option
from gme_recording.cli.output import Output


@click.command("preview")
@stack_option
@refresh_option
@expect_option
@output_options
def command(stack: str, *, refresh: bool, expect_no_changes: bool, output: Output) -> int:
    """Show what `up` would change, property by property; changes nothing.

    With --refresh every resource is read first, so that what somebody changed in the cloud is shown as
    drift, apart from what the stack file asks for. A line for the smoke test's marker means: a test is due.

    Exit codes: 0 shown, 1 it failed, 2 the stack file is wrong, 3 credentials or passphrase, 6 no such
    stack, 7 there are changes or drift (with --expect-no-changes), 10 engine or local cloud not available.

    \b
    Examples:
      gme-recording preview --stack prod
      gme-recording preview --refresh --expect-no-changes
    """
    return deploying.preview(stack, output, refresh=refresh, expect_no_changes=expect_no_changes)
