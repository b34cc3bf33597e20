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


class Named(Pair):
    """`<name>=<value>`, or a value that is for all."""

    name = "[name=]value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return both sides; the name is empty where there is none."""
        return super().convert(value, param, ctx) if "=" in value else ("", value)


@click.command("adopt")
@click.option("--stack", "-s", required=True, help="Name of the stack to make: stacks/Pulumi.<name>.yaml.")
@click.option(
    "--cloud",
    type=click.Choice([str(kind) for kind in CloudKind]),
    default=str(CloudKind.TENCENT),
    show_default=True,
    help="Which cloud it is in.",
)
@click.option(
    "--region",
    "regions",
    multiple=True,
    help="COS region that is recorded in, repeatable, the stack's own first (the local console knows).",
)
@click.option("--app", "apps", type=App(), multiple=True, required=True, help="An application: name=BizId.")
@click.option(
    "--bucket",
    "buckets",
    type=Named(),
    multiple=True,
    help="Bucket that the GME console shows, or name=bucket for one application (Tencent Cloud only).",
)
@click.option(
    "--callback-url",
    "callback_urls",
    type=Pair(),
    multiple=True,
    help="Callback URL that the GME console shows, as name=URL (Tencent Cloud only).",
)
@click.option("--by", default="", help="Who has looked: confirms that the console shows exactly this.")
@click.option(
    "--grant",
    type=click.Choice(["create", "existing"]),
    help="Whether this stack owns the account's role (default: create, unless another stack has it).",
)
@click.option("--no-smoke", is_flag=True, help="Leave the smoke test for the first `up`.")
@output_options
def command(
    *,
    stack: str,
    cloud: str,
    regions: tuple[str, ...],
    apps: tuple[tuple[str, str], ...],
    buckets: tuple[tuple[str, str], ...],
    callback_urls: tuple[tuple[str, str], ...],
    by: str,
    grant: str | None,
    no_smoke: bool,
    output: Output,
) -> int:
    """Take over a set-up that records already, without touching it.

    Finds buckets, lifecycle, bucket policies, role and console settings, writes a stack file that declares
    what is there (an existing one is never written over), and takes all of it into the state. If that is
    what the stack declares, the smoke test proves it, and a preview is empty; else each change that a
    deployment would make is explained. Recording goes on all the while. What the GME console shows, no API
    tells: give buckets and callback URLs as options, or let the local console be read.

    Exit codes: 0 taken over, 1 it failed, or the smoke test did, 2 an option is wrong or there is nothing to
    take over, 3 credentials or passphrase, 8 interrupted, 10 engine, cloud or lock not available.

    \b
    Examples:
      gme-recording adopt --stack old --cloud local --app demo=1400000001
      gme-recording adopt --stack prod --region ap-singapore --app voice=1400200001 --bucket voice-1252000002
    """
    from components.config.model import Grant  # noqa: PLC0415
    from gme_recording.adoption.survey import Told  # noqa: PLC0415
    from gme_recording.cli import adopting  # noqa: PLC0415 - loads the Pulumi SDK

    wish = adopting.Wish(
        cloud=CloudKind(cloud),
        apps={name: int(number) for name, number in apps},
        told=Told(regions=regions, buckets=dict(buckets), callback_urls=dict(callback_urls)),
        by=by,
        grant=Grant(grant) if grant else None,
        smoke=not no_smoke,
    )
    return adopting.adopt(stack, wish, output)
