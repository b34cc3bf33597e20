"""A report as text, as JSON, in a file, and as the one message with which a deployment fails."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from gme_recording.errors import ExitCode, UserError
from gme_recording.smoke.model import Mode, Report, Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


def render_text(reports: Iterable[Report]) -> str:
    """Return a table for each report, then what to do about its failures."""
    return "\n".join(_render(report) for report in reports)


def _render(report: Report) -> str:
    heading = f"Smoke test of {title(report)} (bizId {report.biz_id}, {report.mode})"
    rows = [("check", "verdict", "took", "found")]
    rows += [(r.id, r.verdict, f"{r.took:.2f} s", r.found) for r in report.results]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = [
        f"  {check:<{widths[0]}}  {verdict:<{widths[1]}}  {took:>{widths[2]}}  {found}".rstrip()
        for check, verdict, took, found in rows
    ]
    if not report.results:
        return f"{heading}: skipped\n"
    return "\n".join([heading, *table, *_advice(report), outcome(report)]) + "\n"


def _advice(report: Report) -> list[str]:
    lines = [f"cause: {report.cause}"] if report.cause else []
    if report.hint:
        lines.append(f"hint: {report.hint}")
    for result in report.results:
        if result.verdict is Verdict.FAIL and result.request_id not in result.found:
            lines.append(f"request of {result.id}: {result.request_id}")
        if result.verdict is Verdict.FAIL and result.hint not in {"", report.hint}:
            lines.append(f"hint for {result.id}: {result.hint}")
    return lines


def outcome(report: Report) -> str:
    """`passed (19 passed) in 1.3 s`."""
    found = Counter(result.verdict for result in report.results)
    words = {Verdict.PASS: "passed", Verdict.FAIL: "failed", Verdict.SKIP: "skipped"}
    counts = ", ".join(f"{found[verdict]} {word}" for verdict, word in words.items() if found[verdict])
    return f"{'passed' if report.passed else 'FAILED'} ({counts}) in {report.took:.1f} s"


def title(report: Report) -> str:
    """`stack/application`."""
    return f"{report.stack}/{report.app}"


def failure_message(reports: Iterable[Report]) -> str:
    """Return what failed and what to do, for a deployment's error; empty if every report passed."""
    return "\n".join(_message(report, failure) for report in reports if (failure := report.failure))


def _message(report: Report, failure: Result) -> str:
    request = f" (request {failure.request_id})" if failure.request_id not in failure.found else ""
    lines = [f"smoke test of {title(report)} failed at {failure.id}: {failure.found}{request}"]
    if report.cause:
        lines.append(f"cause: {report.cause}")
    if report.hint:
        lines.append(f"hint: {report.hint}")
    return "\n".join(lines)


def to_json(reports: Iterable[Report]) -> list[dict[str, Any]]:
    """Return plain JSON data."""
    return [_report_data(report) for report in reports]


def _report_data(report: Report) -> dict[str, Any]:
    return {
        "stack": report.stack,
        "app": report.app,
        "bizId": report.biz_id,
        "mode": str(report.mode),
        "passed": report.passed,
        "started": report.started.isoformat(),
        "took": round(report.took, 3),
        "diagnosis": report.diagnosis,
        "cause": report.cause,
        "hint": report.hint,
        "results": [_result_data(result) for result in report.results],
    }


def _result_data(result: Result) -> dict[str, Any]:
    return {
        "id": result.id,
        "verdict": str(result.verdict),
        "found": result.found,
        "hint": result.hint,
        "requestId": result.request_id,
        "code": result.code,
        "took": round(result.took, 3),
        "cause": result.cause,
    }


def report_file(stack: str, root: Path) -> Path:
    """Return where the last reports of a stack are kept; `root` is the project's folder."""
    return root / ".local" / "smoke" / f"{stack}.json"


def keep(reports: Sequence[Report], root: Path) -> None:
    """Write one stack's reports over those of its last test."""
    if not reports:
        return
    file = report_file(reports[0].stack, root)
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(json.dumps(to_json(reports), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(file)


def last(stack: str, root: Path) -> tuple[Report, ...]:
    """Read what `keep` wrote; nothing if no test of the stack has run yet."""
    file = report_file(stack, root)
    try:
        return tuple(_parse_report(item) for item in json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return ()
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{file} is not a smoke test's report ({type(error).__name__})",
            hint="delete the file: the next test writes it again",
            exit_code=ExitCode.INPUT,
        ) from None


def _parse_report(data: Mapping[str, Any]) -> Report:
    return Report(
        stack=data["stack"],
        app=data["app"],
        biz_id=data["bizId"],
        mode=Mode(data["mode"]),
        results=tuple(_parse_result(item) for item in data["results"]),
        started=datetime.fromisoformat(data["started"]),
        took=data["took"],
        diagnosis=data.get("diagnosis", ""),
        cause=data["cause"],
        hint=data["hint"],
    )


def _parse_result(data: Mapping[str, Any]) -> Result:
    return Result(
        id=data["id"],
        verdict=Verdict(data["verdict"]),
        found=data["found"],
        hint=data["hint"],
        request_id=data["requestId"],
        code=data["code"],
        took=data["took"],
        cause=data.get("cause", ""),
    )
