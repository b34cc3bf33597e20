"""Timelines of retention as text: a bar of storage classes over days, and what COS bills for it.

day 0            30                                  180       194
    ├─ STANDARD ─┼─ ARCHIVE ──────────────────────────┼─ deleted ─┤
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import click

from components.config.words import render_days
from components.retention import Stage, Timeline

WIDTH = 64
"""Columns of a bar; longer where the labels need it."""
COLOURS = {"STANDARD": "green", "STANDARD_IA": "cyan", "ARCHIVE": "blue", "DEEP_ARCHIVE": "magenta"}
_MARGIN = "    "


def render(timelines: Iterable[Timeline]) -> str:
    """All timelines, bucket by bucket."""
    blocks = []
    for (bucket, region), of_bucket in groupby(timelines, key=lambda each: (each.bucket, each.region)):
        lines = [click.style(f"{bucket}, {region}", bold=True)]
        for timeline in of_bucket:
            lines += ["", *_block(timeline)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _block(timeline: Timeline) -> Iterator[str]:
    yield f"  {timeline.holds}: {timeline.prefix}*"
    yield from _drawn(timeline)
    yield from (f"{_MARGIN}{line}" for line in _said(timeline))


def _drawn(timeline: Timeline) -> Iterator[str]:
    """A line of days and a line of classes; proportional, but no class narrower than its name."""
    parts = [(stage.storage_class, stage.days) for stage in timeline.stages]
    if timeline.gone_day is not None and timeline.recoverable_days:
        parts.append(("deleted", timeline.recoverable_days))
    last = max((stage.to_day or stage.from_day + 1 for stage in timeline.stages), default=1)
    whole = last + timeline.recoverable_days
    days, bar, day = "", "", 0
    for at, (label, length) in enumerate(parts):
        wide = round(WIDTH * (length or whole - day) / whole)
        filled = f"{'├' if at == 0 else '┼'}─ {label} ".ljust(max(wide, len(label) + 5), "─")
        days += str(day).ljust(len(filled))
        bar += click.style(filled, fg=COLOURS.get(label), dim=label == "deleted")
        day += length or 0
    endless = parts[-1][1] is None
    yield f"{_MARGIN}{days}{'for ever' if endless else day}"
    yield f"{_MARGIN}{bar}{'→' if endless else '┤'}"


def _said(timeline: Timeline) -> Iterator[str]:
    gone = timeline.gone_day
    end = "kept for ever" if gone is None else f"gone after {render_days(gone)}"
    if timeline.recoverable_days:
        end += f"; what is deleted can be brought back for {render_days(timeline.recoverable_days)}"
    yield end
    yield "billed at least: " + ", ".join(_billed(stage) for stage in timeline.stages)


def _billed(stage: Stage) -> str:
    if stage.billed_days is None:
        return f"{stage.storage_class} for ever"
    least = f" (it stays {render_days(stage.days)})" if stage.billed_days != stage.days else ""
    return f"{stage.storage_class} {render_days(stage.billed_days)}{least}"
