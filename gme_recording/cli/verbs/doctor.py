"""`gme-recording doctor`."""

from __future__ import annotations

import click

from gme_recording.cli.options import output_options, project_root
from gme_recording.cli.output import Output
from gme_recording.errors import ExitCode


@click.command("doctor")
@output_options
def command(*, output: Output) -> int:
    """Say what is installed, found and reachable, and what to do about what is not.

    Looks only: nothing is installed, started or changed. Also lists the folders outside the project that
    are written to, which are caches.

    Exit codes: 0 a stack can be deployed, 10 something that is needed is missing.

    \b
    Examples:
      gme-recording doctor
      gme-recording doctor --json
    """
    from gme_recording.deploy import doctor  # noqa: PLC0415

    findings = doctor.examine(project_root())
    output.show(doctor.render(findings), [finding.data() for finding in findings])
    return ExitCode.UNAVAILABLE if any(finding.missing for finding in findings) else ExitCode.OK
