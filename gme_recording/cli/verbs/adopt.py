"""`gme-recording adopt`."""

from __future__ import annotations

from typing import Any

import click

from gme_recording.api.credentials import CloudKind
from gme_recording.cli.options import output_options
from gme_recording.cli.output import Output


class Pair(click.ParamType[tuple[str, str]]):
    """`<name>=<value>`."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return both sides."""
        name, equals, rest = value.partition("=")
        if not (name and equals and rest):
            self.fail(f"{value!r} is not <application>=<value>", param, ctx)
        return name, rest


class App(Pair):
    """`<name>=<BizId>`."""

    name = "name=bizid"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return name and number."""
        name, number = super().convert(value, param, ctx)
        if not number.isdecimal():
            self.fail(f"{number!r} is no BizId: digits, as the console shows it", param, ctx)
        return name, number


@click.command("adopt")
@click.option("--stack", "-s", required=True, help="Name of the stack to make: stacks/Pulumi.<name>.yaml.")
@click.option(
    "--cloud",
    type=click.Choice([str(kind) for kind in CloudKind]),
    default=str(CloudKind.TENCENT),
    show_default=True,
    help="Which cloud it is in.",
)
@click.option("--region", required=True, help="COS region of the bucket that is recorded into.")
@click.option("--app", "apps", type=App(), multiple=True, required=True, help="An application: name=BizId.")
@click.option("--bucket", default="", help="Bucket that the GME console shows (Tencent Cloud only).")
@click.option(
    "--callback-url",
    "callback_urls",
    type=Pair(),
    multiple=True,
    help="Callback URL that the GME console shows, as name=URL (Tencent Cloud only).",
)
@click.option("--by", default="", help="Who has looked: confirms that the console shows exactly this.")
@output_options
def command(
    *,
    stack: str,
    cloud: str,
    region: str,
    apps: tuple[tuple[str, str], ...],
    bucket: str,
    callback_urls: tuple[tuple[str, str], ...],
    by: str,
    output: Output,
) -> int:
    """Take over a set-up that records already, without touching it.

    Finds bucket, lifecycle, bucket policy, role and console settings, writes a stack file that declares what
    is there (an existing one is never written over), takes all of it into the state, and shows what a
    deployment would change. Recording goes on all the while. What the GME console shows, no API tells:
    give bucket and callback URL as options, or let the local console be read.

    Exit codes: 0 taken over, 1 it failed, 2 an option is wrong or there is nothing to take over,
    3 credentials or passphrase, 8 interrupted, 10 engine, cloud or lock not available.

    \b
    Examples:
      gme-recording adopt --stack old --cloud local --region ap-guangzhou --app demo=1400000001
      gme-recording adopt --stack prod --region ap-singapore --app voice=1400200001 --bucket voice-1252000002
    """
    from gme_recording.cli import adopting  # noqa: PLC0415 - loads the Pulumi SDK

    wish = adopting.Wish(
        cloud=CloudKind(cloud),
        region=region,
        apps={name: int(number) for name, number in apps},
        bucket=bucket,
        callback_urls=dict(callback_urls),
        by=by,
    )
    return adopting.adopt(stack, wish, output)
