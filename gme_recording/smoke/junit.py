"""A report as JUnit XML: a suite for each application, a case for each check; for a CI's list of tests."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from gme_recording.smoke.model import Verdict
from gme_recording.smoke.report import title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gme_recording.smoke.model import Report, Result

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, however they are written."""


def render(reports: Sequence[Report]) -> str:
    """Return the document, with times in seconds."""
    suites = ET.Element("testsuites", {"name": "gme-recording smoke", **_counts(reports)})
    for report in reports:
        suites.append(_suite(report))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _suite(report: Report) -> ET.Element:
    about = {"name": _text(title(report)), "timestamp": report.started.isoformat(timespec="seconds")}
    suite = ET.Element("testsuite", {**about, **_counts([report])})
    suite.extend(_case(report, result) for result in report.results)
    return suite


def _case(report: Report, result: Result) -> ET.Element:
    names = {"classname": _text(title(report)), "name": _text(result.id), "time": f"{result.took:.3f}"}
    case = ET.Element("testcase", names)
    if result.verdict is Verdict.SKIP:
        ET.SubElement(case, "skipped", message=_text(result.found))
        return case
    if result.verdict is Verdict.FAIL:
        failure = ET.SubElement(
            case, "failure", message=_text(result.found), type=_text(result.code or result.cause)
        )
        failure.text = _text(_advice(report, result))
        return case
    ET.SubElement(case, "system-out").text = _text(result.found)
    return case


def _advice(report: Report, result: Result) -> str:
    first = report.failure == result
    lines = [
        f"cause: {report.cause}" if first and report.cause else "",
        f"hint: {report.hint if first else result.hint}",
        f"request: {result.request_id}" if result.request_id else "",
    ]
    return "\n".join(line for line in lines if line)


def _counts(reports: Sequence[Report]) -> dict[str, str]:
    found = Counter(result.verdict for report in reports for result in report.results)
    return {
        "tests": str(found.total()),
        "failures": str(found[Verdict.FAIL]),
        "errors": "0",
        "skipped": str(found[Verdict.SKIP]),
        "time": f"{sum(report.took for report in reports):.3f}",
    }


def _text(text: str) -> str:
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
