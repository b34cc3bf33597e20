import pytest

from gme_recording.api import CloudKind
from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, UNSUPPORTED
from gme_recording.smoke import Cause, Result, Verdict
from gme_recording.smoke.diagnosis import DIAGNOSES, SIGNS, diagnose
from gme_recording.smoke.table import CHECKS
from tests.smoke.make import a_target


def failed(id: str, code: str = "", cause: str = "", hint: str = "the check's own") -> Result:  # noqa: A002
    return Result(id=id, verdict=Verdict.FAIL, found="wrong", code=code, cause=cause, hint=hint)


@pytest.mark.parametrize(
    ("failures", "cause"),
    [
        ([failed("start", SERVICE_NOT_OPENED)], Cause.NOT_ACTIVATED),
        ([failed("start", UNSUPPORTED)], Cause.FULL_SCOPE),
        ([failed("start", ROOM_NOT_FOUND)], Cause.NO_ROOM),
        ([failed("bucket", "NoSuchBucket")], Cause.NO_BUCKET),
        ([failed("bucket-settings"), failed("file", cause="policy-blocks")], Cause.POLICY_BLOCKS),
        ([failed("file"), failed("file-name", cause="no-grant")], Cause.NO_GRANT),
    ],
)
def test_first_failure_points_to_the_cause(failures: list[Result], cause: Cause) -> None:
    assert diagnose(a_target(), tuple(failures))[0] == cause


@pytest.mark.parametrize("cause", Cause)
def test_cause_that_a_check_names_is_the_one(cause: Cause) -> None:
    first = failed("service", SERVICE_NOT_OPENED, cause=cause)
    said, sentence, hint = diagnose(a_target(), (first, failed("file", cause="not-finished")))
    assert said == cause
    assert sentence
    assert hint
    assert "{" not in sentence + hint


def test_every_cause_has_a_sentence_and_something_to_do() -> None:
    assert set(DIAGNOSES) == set(Cause)
    assert len({row.says for row in DIAGNOSES.values()}) == len(DIAGNOSES)


def test_unknown_failure_keeps_the_checks_hint() -> None:
    assert diagnose(a_target(), (failed("identity"),)) == ("", "", "the check's own")


def test_failure_without_any_hint_can_be_repeated() -> None:
    hint = diagnose(a_target(), (failed("identity", hint=""),))[2]
    assert hint == "gme-recording smoke --stack local repeats the test"


def test_no_failure_has_no_cause() -> None:
    passed = Result(id="service", verdict=Verdict.PASS, found="", code=SERVICE_NOT_OPENED)
    assert diagnose(a_target(), (passed,)) == ("", "", "")


def test_local_console_is_put_right_by_the_next_deployment() -> None:
    failure = (failed("service", SERVICE_NOT_OPENED),)
    assert diagnose(a_target(), failure)[2] == "gme-recording up --refresh --stack local"
    remote = a_target(stack="prod", cloud=CloudKind.TENCENT)
    assert "gme-recording runbook --stack prod" in diagnose(remote, failure)[2]


def test_signs_speak_of_checks_that_exist() -> None:
    assert {sign.check for sign in SIGNS} <= {check.id for check in CHECKS} | {""}
