import socket
from dataclasses import replace

import pytest

from gme_recording.api import ApiError, Cloud, CloudKind, Cos, Gme, vendor_errors
from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.errors import (
    HINTS,
    NO_ANSWER,
    NoAnswer,
    NotAuthorized,
    NotCustomScope,
    RoomNotFound,
    ServiceNotOpened,
    TaskInUse,
    TaskNotFound,
    Throttled,
    exit_code_for,
    hint_for,
)
from gme_recording.errors import ExitCode
from tests.api.conftest import Answer, Vendor, refused, xml

# Codes that the vendor lists for the five recording actions (Go SDK, 2026-08).
RECORDING_CODES = (
    "InternalError",
    "InvalidParameter",
    "InvalidParameterValue.InvalidBizId",
    "InvalidParameterValue.InvalidRoomId",
    "InvalidParameterValue.InvalidTaskId",
    "InvalidParameterValue.InvalidRecordMode",
    "InvalidParameterValue.InvalidSubscribeRecordUserIds",
    "InvalidParameterValue.InvalidSubscribeUserIds",
    "InvalidParameterValue.InvalidUNSubscribeUserIds",
    "ResourceInUse.TaskInUse",
    "ResourceNotFound.RoomNotFound",
    "ResourceNotFound.TaskNotFound",
    "OperationDenied",
    "UnauthorizedOperation",
    "UnsupportedOperation",
    "UnsupportedOperation.ServiceNotOpened",
)


# Codes of the gateway (607/33223), of COS, and of other actions that tell of what may go wrong here, too.
OTHER_CODES = (
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureExpire",
    "AuthFailure.SignatureFailure",
    "AuthFailure.UnauthorizedOperation",
    "FailedOperation.CosOperationFailed",
    "FailedOperation.UserFeeNegative",
    "InvalidAction",
    "MissingParameter",
    "NoSuchVersion",
    "OperationDenied.AccountInArrears",
    "RequestLimitExceeded",
    "ResourceNotFound.BizidIsNotFound",
    "UnknownParameter",
    "InvalidObjectState",
    "PreconditionFailed",
)


@pytest.mark.parametrize("code", RECORDING_CODES + OTHER_CODES)
def test_every_code_of_the_vendor_has_a_sentence_that_says_what_to_do(code: str) -> None:
    """Its own sentence, of several words, that a person can act upon."""
    sentence = HINTS[code]
    assert len(sentence.split()) >= 4
    assert sentence == hint_for(code) == ApiError(code, "no", action="StartRecord").hint
    assert not sentence.endswith(".")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ResourceNotFound.RoomNotFound", RoomNotFound),
        ("ResourceNotFound.TaskNotFound", TaskNotFound),
        ("ResourceInUse.TaskInUse", TaskInUse),
        ("UnsupportedOperation.ServiceNotOpened", ServiceNotOpened),
        ("UnsupportedOperation", NotCustomScope),
        ("UnauthorizedOperation", NotAuthorized),
        ("AuthFailure.UnauthorizedOperation", NotAuthorized),
        ("RequestLimitExceeded", Throttled),
        ("RequestLimitExceeded.UinLimitExceeded", Throttled),
        (NO_ANSWER, NoAnswer),
        ("InternalError", ApiError),
        ("Surprise.Entirely", ApiError),
    ],
)
def test_code_decides_the_class(code: str, kind: type[ApiError]) -> None:
    error = ApiError(code, "no", action="StartRecord", request_id="r-1")
    assert type(error) is kind
    assert (error.code, error.request_id, error.action) == (code, "r-1", "StartRecord")


def test_refusal_can_be_caught_by_its_class(vendor: Vendor) -> None:
    vendor.will(refused("ResourceNotFound.TaskNotFound"))
    with pytest.raises(TaskNotFound):
        Gme(vendor.cloud).stop_record(1400000001, "5")


@pytest.mark.parametrize(
    ("action", "policy"),
    [
        ("put_bucket_lifecycle", "deployer"),
        ("PutBucketPolicy", "deployer"),
        ("GetBucketLogging", "deployer"),
        ("HeadBucket", "deployer"),
        ("GetBucket", "reader"),
        ("GetObject", "reader"),
        ("HeadObject", "reader"),
        ("DeleteObject", "eraser"),
        ("DeleteMultipleObjects", "eraser"),
        ("GetBucketObjectVersions", "eraser"),
    ],
)
def test_access_denied_names_the_policy_that_the_action_wants(action: str, policy: str) -> None:
    hint = ApiError("AccessDenied", "no", action=action).hint
    assert hint == f"have an administrator attach the stack's {policy} policy to this user or role"


def test_archived_object_is_to_be_restored_first() -> None:
    assert "restore it first" in ApiError("InvalidObjectState", "no", action="GetObject").hint


def test_unlisted_code_takes_the_hint_of_its_family() -> None:
    assert hint_for("RequestLimitExceeded.UinLimitExceeded") == HINTS["RequestLimitExceeded"]
    assert hint_for("Surprise.Entirely") == ""


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("AuthFailure.SignatureFailure", ExitCode.AUTH),
        ("AuthFailure.SecretIdNotFound", ExitCode.AUTH),
        ("SignatureDoesNotMatch", ExitCode.AUTH),
        ("AuthFailure.UnauthorizedOperation", ExitCode.FAILED),
        ("AccessDenied", ExitCode.FAILED),
        ("ResourceNotFound.RoomNotFound", ExitCode.FAILED),
    ],
)
def test_exit_code_tells_refused_keys_from_refused_requests(code: str, exit_code: ExitCode) -> None:
    assert exit_code_for(code) is exit_code


def test_message_holds_action_code_and_request_and_hint() -> None:
    error = ApiError("ResourceInUse.TaskInUse", "room is busy.", action="StartRecord", request_id="r-1")
    assert str(error) == (
        "StartRecord: room is busy (ResourceInUse.TaskInUse, request r-1)\n"
        "hint: the room is recorded already: DescribeTaskInfo tells the task, StopRecord ends it"
    )


def test_refusal_of_an_action_becomes_one_error(vendor: Vendor) -> None:
    vendor.will(refused("AuthFailure.SignatureFailure", "bad signature"))
    with pytest.raises(ApiError) as error:
        Gme(vendor.cloud).stop_record(1400000001, "5")
    got = error.value
    assert (got.code, got.action, got.request_id) == ("AuthFailure.SignatureFailure", "StopRecord", "req-1")
    assert got.exit_code is ExitCode.AUTH
    assert "TENCENTCLOUD_SECRET_KEY" in got.hint


def test_refusal_of_cos_becomes_one_error(vendor: Vendor) -> None:
    vendor.will(
        xml(
            "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message><Resource>b</Resource>"
            "<RequestId>cos-1</RequestId><TraceId>t</TraceId></Error>",
            403,
        )
    )
    with pytest.raises(ApiError) as error:
        Cos(vendor.cloud).lifecycle("voice-1250000000")
    got = error.value
    assert got.message == "GetBucketLifecycle: Access Denied (AccessDenied, request cos-1)"


@pytest.mark.parametrize(("status", "code"), [(404, "NoSuchBucket"), (403, "AccessDenied"), (418, "Http418")])
def test_head_without_a_body_is_worded_from_its_status(vendor: Vendor, status: int, code: str) -> None:
    vendor.will(Answer(status=status, headers=(("x-cos-request-id", "cos-2"),)))
    with pytest.raises(ApiError) as error:
        Cos(vendor.cloud).bucket_region("voice-1250000000")
    assert (error.value.code, error.value.request_id) == (code, "cos-2")


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize(
    "ask",
    [lambda cloud: Gme(cloud).find_task(1, "r"), lambda cloud: Cos(cloud).lifecycle("b-1250000000")],
    ids=["gme", "cos"],
)
def test_absent_local_cloud_is_said_to_be_absent(ask: object) -> None:
    cloud = Cloud(CloudKind.LOCAL, "ap-guangzhou", LOCAL_MAIN_ACCOUNT, closed_port())
    with pytest.raises(ApiError, match=f"the local cloud is not running at {cloud.url}") as error:
        ask(cloud)  # type: ignore[operator]
    assert error.value.exit_code is ExitCode.UNAVAILABLE
    assert error.value.hint == "gme-recording cloud start"


def test_answer_of_something_else_is_said_to_be_so(vendor: Vendor) -> None:
    page = Answer(b"<html>log in first</html>", headers=(("Content-Type", "text/html"),))
    vendor.will(page, page, page, page)
    with pytest.raises(ApiError, match="the answer is not the API's") as error:
        Gme(vendor.cloud).find_task(1, "r")
    assert "HTTPS_PROXY" in error.value.hint


def test_error_in_an_odd_content_type_is_not_taken_for_success(vendor: Vendor) -> None:
    answer = refused("ResourceNotFound.TaskNotFound")
    vendor.will(replace(answer, headers=(("Content-Type", "application/json; charset=utf-8"),)))
    with pytest.raises(ApiError) as error:
        Gme(vendor.cloud).stop_record(1, "5")
    assert error.value.code == "ResourceNotFound.TaskNotFound"


def test_foreign_exceptions_pass() -> None:
    with pytest.raises(ZeroDivisionError), vendor_errors("StartRecord"):
        1 / 0  # noqa: B018
