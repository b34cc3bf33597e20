"""What `cost` does between its options and its output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from components import lifecycle
from components.config import parse
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.cli.writing import write
from gme_recording.errors import ExitCode, UserError
from gme_recording.review import bill, chart, expense, picture, prices
from gme_recording.review.expense import Recorded
from gme_recording.review.usage import Volume

if TYPE_CHECKING:
    from components.config.model import Stack


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say besides the stack."""

    hours: Sequence[tuple[str, Decimal]]
    """Application and its hours a day; an empty name stands for all applications together."""
    volume: Volume
    """What holds for every application; reading is of the whole stack."""
    months: int
    recording_price: Decimal | None
    prices: Path | None
    markdown: Path | None
    svg: Path | None
    png: Path | None


def estimate(name: str, asked: Asked, output: Output) -> int:
    """Estimate a stack's bill, application by application, and show the sum."""
    stack = parse.load(name, project_root())
    table = prices.load(asked.prices).with_recording(asked.recording_price)
    hours = _hours(stack, asked.hours)
    whole = expense.estimate([*_recorded(stack)], hours, asked.volume, table, asked.months)
    assumed = _assumed(hours, asked.volume)
    drawing = bill.drawing(name, whole)
    if asked.png:
        write(asked.png, picture.png(drawing))
    if asked.markdown:
        write(asked.markdown, bill.markdown(name, assumed, whole))
    if asked.svg:
        write(asked.svg, chart.svg(drawing))
    data = {"stack": name, "hoursPerDay": {app: str(count) for app, count in hours.items()}, **whole.data()}
    output.show(bill.text(name, assumed, whole), data)
    return ExitCode.OK


def _hours(stack: Stack, given: Sequence[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    """Hours a day of every application: its own, or an even share of those of no application."""
    names = [app.name for app in stack.apps]
    own = dict(given)
    if len(own) < len(given) or ("" in own and len(own) > 1) or own.keys() - {"", *names}:
        raise UserError(
            f"--hours-per-day: once for the whole stack, or once for each of {', '.join(names)}",
            hint=" ".join(f"--hours-per-day {name}=100" for name in names),
            exit_code=ExitCode.INPUT,
        )
    if "" in own:
        return dict.fromkeys(names, own[""] / len(names))
    return {name: own.get(name, Decimal(0)) for name in names}


def _recorded(stack: Stack) -> Iterator[Recorded]:
    for app in stack.apps:
        place = stack.place_of(app)
        replica = place.storage.replica
        yield Recorded(
            app=app.name,
            prefix=lifecycle.app_prefix(app),
            region=place.region,
            replica_region=replica.region if replica else "",
            rules=lifecycle.rules(place, stack.smoke),
        )


def _assumed(hours: Mapping[str, Decimal], every: Volume) -> str:
    recorded = ", ".join(f"{app} {count.normalize():f}" for app, count in hours.items())
    return (
        f"Hours recorded a day: {recorded}; {every.streams} file(s) at once of {every.kbit_per_s} kbit/s,"
        f" {every.files_per_hour} an hour, so {every.bytes_per_file / 1024:,.0f} KB each."
        " GME's bit rate is not documented: measure it with a recording of your own."
    )
