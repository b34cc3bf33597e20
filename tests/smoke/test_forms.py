"""JUnit XML and Markdown: what the forms hold, whatever a report holds."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from gme_recording.smoke import Mode, Report, Result, Verdict, junit, markdown
from tests.smoke.test_report import BAD, FAILED, GOOD, PASSED

text = st.text(max_size=20)
results = st.builds(
    Result, id=text, verdict=st.sampled_from(Verdict), found=text, hint=text, request_id=text, code=text
)


def test_junit_of_a_failed_test() -> None:
    assert junit.render([BAD]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<testsuites name="gme-recording smoke" tests="3" failures="1" errors="0" skipped="1" time="1.250">\n'
        '  <testsuite name="local/demo" timestamp="2026-11-22T12:00:00+00:00" tests="3" failures="1" '
        'errors="0" skipped="1" time="1.250">\n'
        '    <testcase classname="local/demo" name="identity" time="0.031">\n'
        "      <system-out>APPID 1250000000, main account</system-out>\n"
        "    </testcase>\n"
        '    <testcase classname="local/demo" name="start" time="0.500">\n'
        '      <failure message="StartRecord: no room (ResourceNotFound.RoomNotFound, request r-1)" '
        'type="ResourceNotFound.RoomNotFound">cause: there is no room\n'
        "hint: let a player in\n"
        "request: r-1</failure>\n"
        "    </testcase>\n"
        '    <testcase classname="local/demo" name="stop" time="0.000">\n'
        '      <skipped message="start did not pass" />\n'
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n"
    )


@given(st.lists(results, max_size=4), text, text)
def test_junit_is_well_formed_and_counts(found: list[Result], app: str, hint: str) -> None:
    report = replace(GOOD, app=app, hint=hint, results=tuple(found))
    suites = ET.fromstring(junit.render([report, GOOD]))
    assert suites.get("tests") == str(len(found) + 1)
    assert len(suites.findall(".//failure")) == sum(r.verdict is Verdict.FAIL for r in found)
    assert len(suites.findall(".//testcase")) == len(found) + 1


def test_markdown_of_a_passed_test_is_folded() -> None:
    assert markdown.render([GOOD]) == (
        "### ✅ Smoke test of local/demo (bizId 1400000001, probe)\n"
        "\n"
        "<details><summary>passed (1 passed) in 0.0 s</summary>\n"
        "\n"
        "| check | verdict | took | found |\n"
        "|---|---|--:|---|\n"
        "| identity | ✅ pass | 0.03 s | APPID 1250000000, main account |\n"
        "\n"
        "</details>\n"
    )


def test_markdown_of_a_failed_test_begins_with_what_to_do() -> None:
    shown = markdown.render([BAD])
    assert shown.startswith(
        "### ❌ Smoke test of local/demo (bizId 1400000001, full)\n"
        "\n"
        "**start**: StartRecord: no room \\(ResourceNotFound.RoomNotFound, request r-1\\)\n"
        "\n"
        "Cause: there is no room\n"
        "\n"
        "Hint: let a player in\n"
        "\n"
        "<details open><summary>FAILED (1 passed, 1 failed, 1 skipped) in 1.2 s</summary>\n"
    )


def test_markdown_of_a_test_that_is_off_says_so() -> None:
    shown = markdown.render([replace(GOOD, mode=Mode.OFF, results=())])
    assert shown == "### ✅ Smoke test of local/demo (bizId 1400000001, off)\n\nskipped\n"


@given(text.filter(str.strip))
def test_markdown_shows_what_was_found_as_text(found: str) -> None:
    """A file name or a vendor's message can neither end the table nor call a person."""
    report: Report = replace(BAD, results=(PASSED, replace(FAILED, found=f"{found}|<b>@all")))
    shown = markdown.render([report])
    row = next(line for line in shown.splitlines() if line.startswith("| start |"))
    assert row.replace("\\|", "").count("|") == 5
    assert "<b>" not in row.replace("\\<", "")
    assert "@a" not in shown
