"""`gme-recording up`."""

from __future__ import annotations

import click

from gme_recording.cli import deploying
from gme_recording.cli.options import (
    expect_option,
    output_options,
    refresh_option,
    repair_option,
    stack_option,
    yes_option,
)
from gme_recording.cli.output import Output


@click.command("up")
@stack_option
@refresh_option
@repair_option
@expect_option
@yes_option
@output_options
def command(
    stack: str, *, refresh: bool, repair: bool, expect_no_changes: bool, yes: bool, output: Output
) -> int:
    """Deploy a stack, then prove it by recording in it.

    Creates, changes and deletes what the stack file asks for: bucket, lifecycle rules, access grant, console
    settings. Then the smoke test really starts and stops a recording; if it fails, so does the deployment,
    and the next `up` tests again. For the local stack everything that is needed is got and started.

    After a run that failed at a resource the cloud is read first, as with --refresh. With --repair what is
    gone from the cloud is dropped from the state, and what is there already is taken over into it.

    Exit codes: 0 deployed and proved, 1 a resource or the smoke test failed, 2 the stack file is wrong,
    3 credentials or passphrase, 6 no such stack, 7 there were changes (with --expect-no-changes),
    8 interrupted, 10 engine, local cloud or lock not available.

    \b
    Examples:
      gme-recording up
      gme-recording up --stack staging --yes --json
    """
    return deploying.up(
        stack, output, refresh=refresh, repair=repair, expect_no_changes=expect_no_changes, yes=yes
    )
