"""`gme-recording cloud`: the local Tencent Cloud of this project."""

from __future__ import annotations

import click

from gme_recording.cli import local_cloud
from gme_recording.cli.options import output_options
from gme_recording.cli.output import Output


@click.group("cloud")
def command() -> None:
    """Start, stop and inspect the local Tencent Cloud.

    One process on this machine that answers for CAM, STS, COS and GME, checks every signature, and keeps its
    data in .local/cloud. It has a console page for the recording settings. `up` starts it when needed.

    Exit codes: 0 done, 2 wrong option, 10 not running or port in use.

    \b
    Examples:
      gme-recording cloud start
      gme-recording cloud status --json
    """


@command.command("start")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port (default: that of last time, or a free one)."
)
@output_options
def start(port: int | None, *, output: Output) -> int:
    """Start the local cloud in the background, or say where it runs already.

    Listens on 127.0.0.1 only. What it kept from before is there again.

    Exit codes: 0 it runs, 2 wrong option, 10 the port is in use.

    \b
    Examples:
      gme-recording cloud start
      gme-recording cloud start --port 8700
    """
    return local_cloud.start(port, output)


@command.command("stop")
@output_options
def stop(*, output: Output) -> int:
    """Stop the local cloud.

    Its data stays in .local/cloud and is there again after the next start.

    Exit codes: 0 it does not run (any more).

    \b
    Examples:
      gme-recording cloud stop
      gme-recording cloud stop --json
    """
    return local_cloud.stop(output)


@command.command("status")
@output_options
def status(*, output: Output) -> int:
    """Say whether the local cloud runs, and where.

    Its console page is at /console of that address.

    Exit codes: 0 it runs, 10 it does not.

    \b
    Examples:
      gme-recording cloud status
      gme-recording cloud status --json
    """
    return local_cloud.status(output)


@command.command("env")
@click.option("--python", "for_python", is_flag=True, help="The same as --json.")
@click.option("--https", is_flag=True, help="For clients that speak https only: a tunnel and a certificate.")
@output_options
def env(*, for_python: bool, https: bool, output: Output) -> int:
    """Print the variables that route the plain `pulumi` command to the local cloud.

    For a shell of its own: vendor SDKs and the official provider then speak to the local cloud, with keys
    that are worth nothing elsewhere.

    With --https nothing is said about protocol and domains: clients ask the vendor's own https addresses
    through the proxy, and trust the local cloud's certificate, which is good for the vendor's domains alone.
    tencentcloud-sdk-python reads no such variable; give its HttpProfile `certification=$SSL_CERT_FILE`.

    Exit codes: 0 printed, 10 the local cloud is not running.

    \b
    Examples:
      eval "$(gme-recording cloud env)" && pulumi up -s local
      eval "$(gme-recording cloud env --https)"
      gme-recording cloud env --json
    """
    return local_cloud.env(output, for_python=for_python, https=https)


@command.command("reset")
@output_options
def reset(*, output: Output) -> int:
    """Forget everything that the local cloud holds: buckets, recordings, roles, settings.

    The state of the local stack is left alone: run `destroy` before, or `up --refresh` after it.

    Exit codes: 0 done, 10 the local cloud is not running.

    \b
    Examples:
      gme-recording cloud reset
      gme-recording cloud reset --json
    """
    return local_cloud.reset(output)
