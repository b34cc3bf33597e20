"""`gme-recording retention`."""

from __future__ import annotations

import click

from components import retention
from components.config import parse
from gme_recording.cli import timeline
from gme_recording.cli.options import output_options, project_root, stack_option
from gme_recording.cli.output import Output
from gme_recording.errors import ExitCode


@click.command("retention")
@stack_option
@output_options
def command(stack: str, *, output: Output) -> int:
    """Draw what becomes of a recording: days, storage class, gone; and what COS bills at least.

    Worked out from the stack file, as COS reads lifecycle rules; calls nothing. COS acts at the midnight
    after a day is full, and never moves objects below 64 KB.

    Exit codes: 0 shown, 2 the stack file is wrong, 6 no such stack.

    \b
    Examples:
      gme-recording retention --stack prod
      gme-recording retention --stack prod --json
    """
    declared = parse.load(stack, project_root())
    for warning in parse.warnings(declared):
        output.say(f"warning: {warning}")
    timelines = retention.timelines(declared)
    output.show(timeline.render(timelines), [each.data() for each in timelines])
    return ExitCode.OK
