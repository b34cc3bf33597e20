import pytest

from gme_recording.api import CloudKind
from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, UNSUPPORTED
from gme_recording.smoke import Result, Verdict
from gme_recording.smoke.diagnosis import DIAGNOSES, diagnose
from gme_recording.smoke.table import CHECKS
from tests.smoke.make import a_target


def failed(id: str, code: str = "", hint: str = "the check's own") -> Result:  # noqa: A002
    return Result(id=id, verdict=Verdict.FAIL, found="wrong", code=code, hint=hint)


@pytest.mark.parametrize(
    ("failures", "cause"),
    [
        ([failed("service", SERVICE_NOT_OPENED)], "switched off in the console"),
        ([failed("start", SERVICE_NOT_OPENED)], "switched off in the console"),
        ([failed("service", UNSUPPORTED)], "scope of application 1400000001 is full"),
        ([failed("start", ROOM_NOT_FOUND)], "no room gme-recording-smoke"),
        ([failed("recording")], "nobody is in room gme-recording-smoke"),
        ([failed("grant"), failed("file")], "role GME_QCSLinkedRoleInGameMedia is missing"),
        ([failed("file")], "GME writes to another bucket than voice-1250000000 in ap-guangzhou"),
        ([failed("bucket", "NoSuchBucket")], "no bucket voice-1250000000 in ap-guangzhou"),
        ([failed("callbacks")], "https://voice.example.com/gme is not reached"),
        ([failed("signatures")], "signed by another key"),
    ],
)
def test_first_failure_tells_the_cause(failures: list[Result], cause: str) -> None:
    said, hint = diagnose(a_target(), tuple(failures))
    assert cause in said
    assert hint


def test_grant_explains_a_missing_file() -> None:
    cause, _ = diagnose(a_target(), (failed("grant"), failed("file")))
    assert cause == diagnose(a_target(), (failed("grant"),))[0]


def test_unknown_failure_keeps_the_checks_hint() -> None:
    assert diagnose(a_target(), (failed("identity"),)) == ("", "the check's own")


def test_failure_without_any_hint_can_be_repeated() -> None:
    hint = diagnose(a_target(), (failed("identity", hint=""),))[1]
    assert hint == "gme-recording smoke --stack local repeats the test"


def test_no_failure_has_no_cause() -> None:
    passed = Result(id="service", verdict=Verdict.PASS, found="", code=SERVICE_NOT_OPENED)
    assert diagnose(a_target(), (passed,)) == ("", "")


def test_local_console_is_put_right_by_the_next_deployment() -> None:
    failure = (failed("service", SERVICE_NOT_OPENED),)
    assert diagnose(a_target(), failure)[1] == "gme-recording up --refresh --stack local"
    remote = a_target(stack="prod", cloud=CloudKind.TENCENT)
    assert "gme-recording runbook --stack prod" in diagnose(remote, failure)[1]


def test_rows_speak_of_checks_that_exist() -> None:
    ids = {check.id for check in CHECKS} | {""}
    assert {row.check for row in DIAGNOSES} | {row.failed_too for row in DIAGNOSES} <= ids
