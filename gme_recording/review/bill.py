"""An estimate as people read it: a table of months, a chart, what is assumed and what is not known."""

from __future__ import annotations

from decimal import Decimal

from components.lifecycle import MINIMUM_BILLED_DAYS
from gme_recording.review import chart
from gme_recording.review.chart import Chart, Series
from gme_recording.review.cost import Estimate
from gme_recording.review.markdown import counted, prose, table
from gme_recording.review.usage import STORAGE

_CLASSES = tuple(MINIMUM_BILLED_DAYS)


def drawing(name: str, estimate: Estimate) -> Chart:
    """The bill of every month, a layer for each line that costs anything."""
    layers = (
        Series(line, tuple(month.usd.get(line, Decimal(0)) for month in estimate.months))
        for line in _lines(estimate)
    )
    left_out = ", of what has a price" if estimate.unpriced else ""
    return Chart(f"{name}: USD a month{left_out}", "USD", tuple(layers))


def text(name: str, assumed: str, estimate: Estimate) -> str:
    """For a terminal."""
    head, rows = _rows(estimate)
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ("  ".join(map(str.rjust, row, widths)) for row in (head, *rows))
    said = [f"note: {note}" for note in estimate.notes]
    parts = [
        assumed,
        "\n".join(lines),
        chart.terminal(drawing(name, estimate)),
        "\n".join(said),
        _end(estimate),
    ]
    return "\n\n".join(part for part in parts if part)


def markdown(name: str, assumed: str, estimate: Estimate) -> str:
    """For a pull request or a wiki."""
    head, rows = _rows(estimate)
    notes = "\n".join(f"- {prose(note)}" for note in estimate.notes)
    months = table(head, rows, frozenset(range(len(head))))
    parts = [
        f"### What recordings of {prose(name)} cost",
        prose(assumed),
        chart.mermaid(drawing(name, estimate)),
        notes,
        prose(_end(estimate)),
        f"<details><summary>Month by month</summary>\n\n{months}\n\n</details>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(estimate: Estimate) -> tuple[list[str], list[list[str]]]:
    """A row for each month and one for all: GB by class, USD by line, and their sum."""
    classes = [name for name in _CLASSES if any(month.gb.get(name) for month in estimate.months)]
    lines = _lines(estimate)
    head = ["month", *(f"{name} GB" for name in classes), *(f"{line} USD" for line in lines), "sum USD"]
    rows = [
        [
            str(month.number),
            *(f"{month.gb.get(name, 0):,.1f}" for name in classes),
            *(f"{month.usd.get(line, 0):,.2f}" for line in lines),
            f"{month.usd_priced:,.2f}",
        ]
        for month in estimate.months
    ]
    sums = [f"{estimate.usd_by_line[line]:,.2f}" for line in lines]
    rows.append(["all", *("" for _ in classes), *sums, f"{estimate.usd_priced:,.2f}"])
    return head, rows


def _lines(estimate: Estimate) -> list[str]:
    """Lines of the bill that cost anything, storage first."""
    lines = [line for line, usd in estimate.usd_by_line.items() if usd]
    return sorted(lines, key=lambda line: not line.startswith(STORAGE))


def _end(estimate: Estimate) -> str:
    priced = "; ".join(f"{each.name}, {each.priced_on}" for each in estimate.sources)
    months = counted(len(estimate.months), "month")
    if estimate.usd_total is not None:
        sentence = f"Total of {months}: {estimate.usd_total:,.2f} USD."
    else:
        sentence = (
            f"No total is known, as these have no price: {'; '.join(estimate.unpriced)}."
            f" What has one comes to {estimate.usd_priced:,.2f} USD in {months}."
        )
    return f"{sentence} Prices: {priced}."
