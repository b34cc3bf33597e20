"""What the official provider says is told in plain words: as recorded, and as the engine tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.api.provider_errors import Said, plainly
from tests.support.engine import ROOT

URN = (
    "urn:pulumi:local::gme-recording::gme-recording:recording:RecordingEnvironment$gme-recording:storage:Storage"
    "$tencentcloud:Cos/bucket:Bucket::recording-storage-bucket"
)
HEAD = "HEAD http://rec-1250000000.cos.ap-guangzhou.myqcloud.com/"
LIFECYCLE = (
    "cos put bucket lifecycle error: AccessDenied: Access Denied.\n"
    "\tstatus code: 403, request id: 6b60, host id: , bucket: voice-local-1250000000"
)
TOLD = "cos put bucket lifecycle: Access Denied (AccessDenied, request 6b60)"
DEPLOYER = "have an administrator attach the stack's deployer policy to this user or role"


def recorded() -> Iterator[str]:
    """Every error of the official provider in the recordings."""
    for file in sorted((ROOT / "tests/golden/provider").rglob("*.jsonl")):
        for said in re.findall(r'"error": ?("rpc error: (?:[^"\\]|\\.)*")', file.read_text(encoding="utf-8")):
            yield str(json.loads(said)).partition(" desc = ")[2]


RECORDED = sorted(set(recorded()))


@pytest.mark.parametrize(
    "said",
    [
        f"  sdk-v2/provider2.go:572: sdk.helper_schema: {LIFECYCLE}: provider=tencentcloud@v0.2.3",
        f"updating {URN}: 1 error occurred:\n\t* {LIFECYCLE}\n\n",
        f"1 error occurred:\n\t* updating {URN}: 1 error occurred:\n\t* {LIFECYCLE}\n\n\n",
    ],
)
def test_a_failure_reads_the_same_in_the_log_and_in_the_error(said: str) -> None:
    assert plainly(said) == Said(TOLD, "AccessDenied")
    assert plainly(said).hint == DEPLOYER


@pytest.mark.parametrize(
    ("said", "told", "hint"),
    [
        (
            "[TencentCloudSDKError] Code=UnauthorizedOperation, Message=The request is not authorized., "
            "RequestId=0-2",
            "The request is not authorized (UnauthorizedOperation, request 0-2)",
            DEPLOYER,
        ),
        (
            "[TencentCloudSDKError] Code=AuthFailure.SecretIdNotFound, Message=The SecretId is not found, "
            "please check., RequestId=0-3",
            "The SecretId is not found, please check (AuthFailure.SecretIdNotFound, request 0-3)",
            "check TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or run: tccli configure",
        ),
        (
            f"{HEAD}: 403 (Message: , RequestId: 0-29, TraceId: )",
            f"{HEAD}: refused (AccessDenied, request 0-29)",
            DEPLOYER,
        ),
        (
            f"{HEAD}: 404 (Message: , RequestId: , TraceId: )",
            f"{HEAD}: refused (404)",
            "",
        ),
        (
            "NoSuchBucket: The specified bucket does not exist.\n\tstatus code: 404, request id: , host id: ",
            "The specified bucket does not exist (NoSuchBucket)",
            "gme-recording up creates it; compare name, appid and region with the COS console",
        ),
        ("unexpected end of JSON input", "unexpected end of JSON input", ""),
    ],
)
def test_each_client_of_the_vendor_is_read(said: str, told: str, hint: str) -> None:
    found = plainly(f"refreshing {URN}: 1 error occurred:\n\t* {said}\n\n")
    assert found.text == told
    assert found.hint == hint


def test_several_failures_are_all_told_and_the_first_decides() -> None:
    said = f"updating {URN}: 2 errors occurred:\n\t* {LIFECYCLE}\n\t* unexpected end of JSON input\n\n"
    assert plainly(said) == Said(f"{TOLD}; unexpected end of JSON input", "AccessDenied")


@pytest.mark.parametrize("said", RECORDED)
def test_nothing_recorded_keeps_its_frame(said: str) -> None:
    told = plainly(said).text
    assert told
    assert not re.search(r"urn:pulumi|occurred:|status code:|TencentCloudSDKError|TraceId|^\s|\s$", told)


def test_there_are_recordings() -> None:
    assert len(RECORDED) > 40


@given(st.text().filter(lambda text: "occurred" not in text and "urn:" not in text))
def test_what_is_not_the_provider_s_stays_as_it_is(text: str) -> None:
    assert plainly(f"it failed\n  * {text}").text == f"it failed\n  * {text}".strip()
