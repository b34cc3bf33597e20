import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.errors import ExitCode, UserError
from gme_recording.smoke import (
    Mode,
    Report,
    Result,
    Verdict,
    failure_message,
    keep,
    last,
    render_text,
    report_file,
    to_json,
)
from tests.smoke.make import STARTED

PASSED = Result(id="identity", verdict=Verdict.PASS, found="APPID 1250000000, main account", took=0.031)
FAILED = Result(
    id="start",
    verdict=Verdict.FAIL,
    found="StartRecord: no room (ResourceNotFound.RoomNotFound, request r-1)",
    hint="rooms are made by players",
    request_id="r-1",
    code="ResourceNotFound.RoomNotFound",
    took=0.5,
    cause="no-room",
)
SKIPPED = Result(id="stop", verdict=Verdict.SKIP, found="start did not pass")
GOOD = Report(
    stack="local",
    app="demo",
    biz_id=1400000001,
    mode=Mode.PROBE,
    results=(PASSED,),
    started=STARTED,
    took=0.031,
)
BAD = replace(
    GOOD,
    mode=Mode.FULL,
    results=(PASSED, FAILED, SKIPPED),
    took=1.25,
    diagnosis="no-room",
    cause="there is no room",
    hint="let a player in",
)


def test_table_of_a_passed_test() -> None:
    assert render_text([GOOD]) == (
        "Smoke test of local/demo (bizId 1400000001, probe)\n"
        "  check     verdict    took  found\n"
        "  identity  pass     0.03 s  APPID 1250000000, main account\n"
        "passed (1 passed) in 0.0 s\n"
    )


def test_table_of_a_failed_test_ends_with_what_to_do() -> None:
    assert render_text([BAD]) == (
        "Smoke test of local/demo (bizId 1400000001, full)\n"
        "  check     verdict    took  found\n"
        "  identity  pass     0.03 s  APPID 1250000000, main account\n"
        "  start     fail     0.50 s  StartRecord: no room (ResourceNotFound.RoomNotFound, request r-1)\n"
        "  stop      skip     0.00 s  start did not pass\n"
        "cause: there is no room\n"
        "hint: let a player in\n"
        "hint for start: rooms are made by players\n"
        "FAILED (1 passed, 1 failed, 1 skipped) in 1.2 s\n"
    )


def test_request_is_shown_if_the_finding_does_not_hold_it() -> None:
    text = render_text([replace(BAD, results=(replace(FAILED, found="gone"),))])
    assert "request of start: r-1\n" in text


def test_test_that_is_off_says_so() -> None:
    text = render_text([replace(GOOD, mode=Mode.OFF, results=())])
    assert text == "Smoke test of local/demo (bizId 1400000001, off): skipped\n"


def test_message_for_a_deployment_names_everything() -> None:
    assert failure_message([GOOD, BAD]) == (
        "smoke test of local/demo failed at start: "
        "StartRecord: no room (ResourceNotFound.RoomNotFound, request r-1)\n"
        "cause: there is no room\n"
        "hint: let a player in"
    )


def test_message_is_empty_only_if_everything_passed() -> None:
    mute = replace(BAD, results=(replace(FAILED, found="", request_id=""),), cause="", hint="")
    assert failure_message([GOOD]) == ""
    assert failure_message([mute]) == "smoke test of local/demo failed at start: "


def test_message_adds_the_request_if_the_finding_does_not_hold_it() -> None:
    report = replace(BAD, results=(replace(FAILED, found="gone"),))
    assert "start: gone (request r-1)" in failure_message([report])


text = st.text(max_size=10)
results = st.builds(
    Result,
    id=text,
    verdict=st.sampled_from(Verdict),
    found=text,
    hint=text,
    request_id=text,
    code=text,
    cause=text,
    took=st.integers(0, 10**6).map(lambda thousandths: thousandths / 1000),
)


@given(st.lists(results, max_size=4), text, text)
def test_kept_reports_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, found: list[Result], cause: str, hint: str
) -> None:
    root = tmp_path_factory.mktemp("project")
    reports = (replace(GOOD, results=tuple(found), cause=cause, hint=hint), BAD)
    keep(reports, root)
    assert last("local", root) == reports
    assert [path.name for path in report_file("local", root).parent.iterdir()] == ["local.json"]


def test_no_test_yet_is_no_report(tmp_path: Path) -> None:
    assert last("local", tmp_path) == ()


@pytest.mark.parametrize("content", ["{", "[{}]", "[1]", '[{"mode": "x"}]'])
def test_broken_report_file_is_named(tmp_path: Path, content: str) -> None:
    file = report_file("local", tmp_path)
    file.parent.mkdir(parents=True)
    file.write_text(content)
    with pytest.raises(UserError, match=r"local\.json is not a smoke test's report") as error:
        last("local", tmp_path)
    assert error.value.exit_code is ExitCode.INPUT


def test_json_has_the_api_spelling() -> None:
    data = to_json([BAD])
    assert json.loads(json.dumps(data)) == data
    assert data[0]["passed"] is False
    assert data[0]["bizId"] == 1400000001
    assert data[0]["results"][1] == {
        "id": "start",
        "verdict": "fail",
        "found": FAILED.found,
        "hint": FAILED.hint,
        "requestId": "r-1",
        "code": "ResourceNotFound.RoomNotFound",
        "took": 0.5,
        "cause": "no-room",
    }
