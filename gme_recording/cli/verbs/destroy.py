"""`gme-recording destroy`."""

from __future__ import annotations

import click

from gme_recording.cli import deploying
from gme_recording.cli.options import output_options, repair_option, stack_option, yes_option
from gme_recording.cli.output import Output


@click.command("destroy")
@stack_option
@repair_option
@yes_option
@output_options
def command(stack: str, *, repair: bool, yes: bool, output: Output) -> int:
    """Delete what a stack has created, and say what was not touched.

    What becomes of the bucket is in the stack file: storage.on_destroy is refuse, keep or empty. Where it
    was made stricter since the last `up`, nothing is deleted until there was another one. A grant that the
    stack did not make stays. The recording service is switched off in the console, by a person. With
    --repair what is gone from the cloud already is dropped from the state, so that it hinders nothing.

    Exit codes: 0 destroyed, 1 it failed or something is protected, 2 the stack file is wrong or stricter
    than the state, 3 credentials or passphrase, 6 no such stack, 8 interrupted, 10 engine, cloud or lock
    not available.

    \b
    Examples:
      gme-recording destroy
      gme-recording destroy --stack dev --yes
    """
    return deploying.destroy(stack, output, repair=repair, yes=yes)
