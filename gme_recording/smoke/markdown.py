"""A report as Markdown for a pull request: the outcome first, what to do about it, the table folded away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gme_recording.smoke.model import Verdict
from gme_recording.smoke.report import outcome, title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gme_recording.smoke.model import Report, Result

_MARKS = {Verdict.PASS: "✅", Verdict.FAIL: "❌", Verdict.SKIP: "⏭️"}
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#|~!])")
_NOBODY = "@\N{ZERO WIDTH SPACE}"
"""An `@` that calls nobody."""


def render(reports: Iterable[Report]) -> str:
    """Return a section for each application; what was found is shown as text, never as markup."""
    return "\n".join(_section(report) for report in reports)


def _section(report: Report) -> str:
    mark = _MARKS[Verdict.PASS if report.passed else Verdict.FAIL]
    heading = f"### {mark} Smoke test of {_text(title(report))} (bizId {report.biz_id}, {report.mode})"
    if not report.results:
        return f"{heading}\n\nskipped\n"
    fold = [f"<details{'' if report.passed else ' open'}><summary>{outcome(report)}</summary>", ""]
    return "\n".join([heading, "", *_advice(report), *fold, *_table(report), "", "</details>", ""])


def _advice(report: Report) -> list[str]:
    if (failure := report.failure) is None:
        return []
    lines = [f"**{_text(failure.id)}**: {_text(failure.found)}"]
    if failure.request_id and failure.request_id not in failure.found:
        lines.append(f"Request: `{failure.request_id}`")
    if report.cause:
        lines.append(f"Cause: {_text(report.cause)}")
    lines.append(f"Hint: {_text(report.hint)}")
    return [part for line in lines for part in (line, "")]


def _table(report: Report) -> list[str]:
    return ["| check | verdict | took | found |", "|---|---|--:|---|", *map(_row, report.results)]


def _row(result: Result) -> str:
    cells = (_text(result.id), f"{_MARKS[result.verdict]} {result.verdict}", f"{result.took:.2f} s")
    return f"| {' | '.join(cells)} | {_text(result.found)} |"


def _text(text: str) -> str:
    """On one line, with nothing in it that Markdown or HTML understands."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return line.replace("&", "&amp;").replace("@", _NOBODY)
