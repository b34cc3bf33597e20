"""`gme-recording cost`."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from gme_recording.cli import costing
from gme_recording.cli.options import Amount, output_options, stack_option
from gme_recording.cli.output import Output
from gme_recording.review.cost import MONTHS
from gme_recording.review.usage import LONGEST_FILE_HOURS, Volume

file_type = click.Path(path_type=Path, dir_okay=False)


class Hours(click.ParamType[tuple[str, Decimal]]):
    """`100`, or `voice=100` for one application."""

    name = "[app=]hours"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Decimal]:
        app, _, hours = str(value).rpartition("=")
        return app, Amount().convert(hours, param, ctx)


_FEWEST_FILES = str(Decimal(1) / LONGEST_FILE_HOURS)


@click.command("cost")
@stack_option
@click.option(
    "--hours-per-day",
    type=Hours(),
    multiple=True,
    required=True,
    help="Hours of rooms recorded a day: of the stack, spread evenly, or <app>=<hours> for each application.",
)
@click.option("--kbit-per-s", type=Amount("1"), default="32", show_default=True, help="Bit rate of a file.")
@click.option(
    "--streams",
    type=Amount("1"),
    default="1",
    show_default=True,
    help="Files recorded at once in a room: 1 mixed stream, or one for each speaker, or both.",
)
@click.option(
    "--files-per-hour",
    type=Amount(_FEWEST_FILES),
    default="2",
    show_default=True,
    help="Files an hour of a stream; GME begins a new one every 2 hours at the latest.",
)
@click.option(
    "--months", type=click.IntRange(1, 120), default=MONTHS, show_default=True, help="How far to look."
)
@click.option("--retrieved-gb-per-month", type=Amount(), default="0", help="GB read from colder classes.")
@click.option("--egress-gb-per-month", type=Amount(), default="0", help="GB downloaded over the Internet.")
@click.option("--recording-price", type=Amount(), help="GME's fee: USD for 1,000 minutes of a room.")
@click.option("--prices", type=file_type, help="Prices that take the place of those in the package (CSV).")
@click.option("--markdown", type=file_type, help="Write the estimate as Markdown into this file, too.")
@click.option("--svg", type=file_type, help="Write the chart as SVG into this file, too.")
@click.option("--png", type=file_type, help="Write the chart as PNG into this file, too (extra `charts`).")
@output_options
def command(
    stack: str,
    *,
    hours_per_day: tuple[tuple[str, Decimal], ...],
    kbit_per_s: Decimal,
    streams: Decimal,
    files_per_hour: Decimal,
    months: int,
    retrieved_gb_per_month: Decimal,
    egress_gb_per_month: Decimal,
    recording_price: Decimal | None,
    prices: Path | None,
    markdown: Path | None,
    svg: Path | None,
    png: Path | None,
    output: Output,
) -> int:
    """Estimate what recordings cost, month by month, under the declared lifecycle.

    Storage by class, requests, retrieval, minimum durations, copies and downloads, from the first day of
    recording on; calls nothing. Prices are dated: the estimate says of when. GME's recording fee is not
    published: without --recording-price no total is known (docs/cost.md).

    Exit codes: 0 shown, 2 the stack file, the price file or an option is wrong, 6 no such stack,
    10 --png without Pillow.

    \b
    Examples:
      gme-recording cost --hours-per-day 100
      gme-recording cost --stack prod --hours-per-day arena=400 --hours-per-day league=20 --svg cost.svg
      gme-recording cost --stack prod --hours-per-day 100 --recording-price 0.5 --json
    """
    volume = Volume(
        region="",
        prefix="",
        hours_per_day=Decimal(0),
        kbit_per_s=kbit_per_s,
        streams=streams,
        files_per_hour=files_per_hour,
        retrieved_gb_per_month=retrieved_gb_per_month,
        egress_gb_per_month=egress_gb_per_month,
    )
    asked = costing.Asked(
        hours_per_day, volume, months, recording_price, prices=prices, markdown=markdown, svg=svg, png=png
    )
    return costing.estimate(stack, asked, output)
