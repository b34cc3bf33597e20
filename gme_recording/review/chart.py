"""Amounts over months, stacked: one set of data, drawn for a terminal, in Markdown (Mermaid) and as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html import escape

FILLS = "█▓▒░◆◇●○"
"""Terminal: one for each series, so that they are told apart without colours."""
COLOURS = ("#2f6f4f", "#3f8fbf", "#4f5fb0", "#8f4fa0", "#c05f3f", "#c9a227", "#6b7280", "#b0486b")
"""SVG: one for each series; dark enough on white, light enough on black."""
ROWS = 12
_LEFT, _TOP, _PLOT_HEIGHT, _BAR, _GAP, _LEGEND = 70, 40, 220, 18, 6, 20


@dataclass(frozen=True, slots=True)
class Series:
    """One layer: an amount for each month."""

    name: str
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Layers from the bottom up; all of the same length, with amounts of 0 or more."""

    title: str
    unit: str
    series: tuple[Series, ...]

    @property
    def sums(self) -> tuple[Decimal, ...]:
        """Height of each month's column."""
        columns = zip(*(each.values for each in self.series), strict=True)
        return tuple(sum(column, Decimal(0)) for column in columns)

    @property
    def top(self) -> Decimal:
        """Upper end of the axis: 1, 2 or 5 times a power of ten, at least as high as every column."""
        highest = max(self.sums, default=Decimal(0))
        if not highest:
            return Decimal(1)
        power = Decimal(1).scaleb(highest.adjusted())
        return next(step * power for step in (1, 2, 5, 10) if step * power >= highest)


def terminal(chart: Chart) -> str:
    """Columns of characters, two wide; a column's share of a layer is rounded to whole rows."""
    columns = [_cells(chart, month) for month in range(len(chart.sums))]
    label = max(len(amount(chart.top)), len(chart.unit))
    lines = [chart.title, ""]
    for row in range(ROWS, 0, -1):
        mark = amount(chart.top * row / ROWS) if row in {ROWS, ROWS // 2} else ""
        bars = " ".join(cells[row - 1] * 2 for cells in columns)
        lines.append(f"{mark:>{label}} │{bars}".rstrip())
    lines.append(f"{chart.unit:>{label}} └{'─' * (3 * len(columns) - 1)}")
    lines.append(" " * (label + 2) + " ".join(f"{month:>2}" for month in range(1, len(columns) + 1)))
    lines += [f"{' ' * label}  {_fill(at)} {each.name}" for at, each in enumerate(chart.series)]
    return "\n".join(lines)


def mermaid(chart: Chart) -> str:
    """A code block that GitHub and GitLab draw: the columns' heights, as Mermaid stacks no layers."""
    months = ", ".join(f'"{month}"' for month in range(1, len(chart.sums) + 1))
    heights = ", ".join(f"{height:.2f}" for height in chart.sums)
    title = chart.title.replace('"', "'")
    return "\n".join(
        [
            "```mermaid",
            "xychart-beta",
            f'    title "{title}"',
            f'    x-axis "month" [{months}]',
            f'    y-axis "{chart.unit}" 0 --> {chart.top:f}',
            f"    bar [{heights}]",
            "```",
        ]
    )


def svg(chart: Chart) -> str:
    """A picture that stands alone; every column tells its amount when pointed at."""
    width = _LEFT + len(chart.sums) * (_BAR + _GAP) + 20
    bottom = _TOP + _PLOT_HEIGHT
    height = bottom + 40 + _LEGEND * len(chart.series)
    title = escape(chart.title)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" role="img" aria-label="{title}" font-family="sans-serif" font-size="12">',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="20" font-size="14">{title}</text>',
            *_axis(chart, width, bottom),
            *_columns(chart, bottom),
            *_legend(chart, bottom + 40),
            "</svg>",
            "",
        ]
    )


def amount(value: Decimal) -> str:
    """Two places below 100, none above."""
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"


def _cells(chart: Chart, month: int) -> str:
    """One character for each row from the bottom up; what is below half a row shows nothing."""
    filled, below = "", Decimal(0)
    for at, each in enumerate(chart.series):
        below += each.values[month]
        until = int((below * ROWS / chart.top).to_integral_value())
        filled += _fill(at) * (until - len(filled))
    return filled.ljust(ROWS)


def _fill(at: int) -> str:
    return FILLS[at % len(FILLS)]


def _colour(at: int) -> str:
    return COLOURS[at % len(COLOURS)]


def _axis(chart: Chart, width: int, bottom: int) -> Iterator[str]:
    for fourth in range(5):
        y = bottom - _PLOT_HEIGHT * fourth // 4
        text = amount(chart.top * fourth / 4)
        yield f'<line x1="{_LEFT}" y1="{y}" x2="{width - 20}" y2="{y}" stroke="#d1d5db"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{text}</text>'
    yield f'<text x="{_LEFT - 6}" y="{_TOP - 14}" text-anchor="end">{escape(chart.unit)}</text>'


def _columns(chart: Chart, bottom: int) -> Iterator[str]:
    for month, total in enumerate(chart.sums):
        x = _LEFT + month * (_BAR + _GAP) + _GAP
        below = Decimal(0)
        yield f"<g><title>month {month + 1}: {amount(total)} {escape(chart.unit)}</title>"
        for at, each in enumerate(chart.series):
            tall = each.values[month] / chart.top * _PLOT_HEIGHT
            below += tall
            if tall:
                box = f'x="{x}" y="{bottom - below:.2f}" width="{_BAR}" height="{tall:.2f}"'
                yield f'<rect {box} fill="{_colour(at)}"/>'
        yield "</g>"
        yield f'<text x="{x + _BAR // 2}" y="{bottom + 16}" text-anchor="middle">{month + 1}</text>'


def _legend(chart: Chart, top: int) -> Iterator[str]:
    for at, each in enumerate(chart.series):
        y = top + at * _LEGEND
        yield f'<rect x="{_LEFT}" y="{y - 10}" width="12" height="12" fill="{_colour(at)}"/>'
        yield f'<text x="{_LEFT + 18}" y="{y}">{escape(each.name)}</text>'
