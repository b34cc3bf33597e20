"""`gme-recording smoke`."""

from __future__ import annotations

from pathlib import Path

import click

from gme_recording.cli import proving
from gme_recording.cli.options import output_options, stack_option
from gme_recording.cli.output import Output

file_type = click.Path(path_type=Path, dir_okay=False)


@click.command("smoke")
@stack_option
@click.option("--app", help="Only this application, by name or BizId (default: all of the stack, at once).")
@click.option("--junit", type=file_type, help="Write the report as JUnit XML into this file, too.")
@click.option("--markdown", type=file_type, help="Write it as Markdown for a pull request, too.")
@output_options
def command(stack: str, app: str | None, *, junit: Path | None, markdown: Path | None, output: Output) -> int:
    """Run the smoke test of a deployed stack, as `up` does after a change.

    Really starts and stops a recording and checks everything on the way; needs no engine. On Tencent Cloud
    a player must be in the room that the stack file names, and the recording costs what recording costs.
    A failed test says what is most likely wrong, and what to do (docs/smoke-test.md). Where the stack file
    has smoke.callbackRelay, the receiver is asked what came, with the token in GME_CALLBACK_RELAY_TOKEN.

    Exit codes: 0 passed, 1 a check failed, 2 the stack file is wrong, 3 credentials, 6 no such stack,
    8 interrupted (the recording is stopped), 10 the local cloud is not running.

    \b
    Examples:
      gme-recording smoke
      gme-recording smoke --stack prod --app voice --json
      gme-recording smoke --junit smoke.xml --markdown smoke.md
    """
    return proving.smoke_test(stack, app, proving.Files(junit, markdown), output)
