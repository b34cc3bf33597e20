"""`gme-recording refresh`."""

from __future__ import annotations

import click

from gme_recording.cli import deploying
from gme_recording.cli.options import expect_option, output_options, repair_option, stack_option
from gme_recording.cli.output import Output


@click.command("refresh")
@stack_option
@repair_option
@expect_option
@output_options
def command(stack: str, *, repair: bool, expect_no_changes: bool, output: Output) -> int:
    """Take what the cloud is like into the state; changes nothing in the cloud.

    Afterwards a preview shows what to change so that the cloud is as declared again. To look without
    changing the state use `preview --refresh`; to repair at once use `up --refresh`. What is gone from the
    cloud is dropped from the state, also where the provider fails to read it; a copy is kept then.

    Exit codes: 0 done, 1 it failed, 2 the stack file is wrong, 3 credentials or passphrase, 6 no such
    stack, 7 something differed (with --expect-no-changes), 8 interrupted, 10 engine, cloud or lock not
    available.

    \b
    Examples:
      gme-recording refresh
      gme-recording refresh --stack prod --json
    """
    return deploying.refresh(stack, output, repair=repair, expect_no_changes=expect_no_changes)
