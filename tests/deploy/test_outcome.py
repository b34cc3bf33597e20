import pytest

from gme_recording.deploy.events import Diagnostic
from gme_recording.deploy.outcome import PATTERNS, Ended, failure, left_behind
from gme_recording.errors import ExitCode
from tests.deploy.recorded import recorded

LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or "
    "delete the lock file with `pulumi cancel`.\n  file:///p/.pulumi/locks/organization/p/local/1.json: "
    "created by root@host (pid 4711) at 2026-11-22T18:20:53Z"
)
S3 = 'error: read ".pulumi/meta.yaml": blob (code=Unknown): operation error S3: '
PROTECTED = (
    'unable to delete resource "urn:pulumi:prod::p::a:b:C$tencentcloud:Cos/bucket:Bucket::voice"\n'
    "as it is currently marked for protection. To unprotect the resource, remove the `protect` flag"
)


def ended(said: str = "", *errors: str, code: int = 1, interrupts: int = 0) -> Ended:
    return Ended("local", code, said, [Diagnostic("error", text) for text in errors], interrupts)


@pytest.mark.parametrize(
    ("what", "message", "code"),
    [
        (
            ended(LOCKED),
            "stack local is locked by another run (pid 4711, since 2026-11-22T18:20:53Z)",
            ExitCode.UNAVAILABLE,
        ),
        (
            ended("error: incorrect passphrase"),
            "the passphrase of stack local is missing or wrong",
            ExitCode.AUTH,
        ),
        (
            ended("error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or …"),
            "the passphrase of stack local is missing or wrong",
            ExitCode.AUTH,
        ),
        (
            ended("error: no stack named 'local' found", code=6),
            "there is no stack local where state is kept",
            ExitCode.NO_STACK,
        ),
        (
            ended("", PROTECTED),
            "Bucket voice is protected: the stack file forbids to delete it",
            ExitCode.FAILED,
        ),
        (
            ended("error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"),
            "the engine is not logged in to the place where state is kept",
            ExitCode.AUTH,
        ),
        (
            ended("error: Unauthorized: No credentials provided or are invalid."),
            "the engine is not logged in to the place where state is kept",
            ExitCode.AUTH,
        ),
        (
            ended(
                'error: performing HTTP request: Get "https://api.example/api/user": dial tcp: no such host'
            ),
            "the place where state is kept does not answer: https://api.example",
            ExitCode.UNAVAILABLE,
        ),
        (
            ended(
                f"{S3}GetObject, https response error StatusCode: 403, RequestID: r, api error AccessDenied"
            ),
            "the key for the bucket where state is kept is missing or refused: "
            "https response error StatusCode: 403, RequestID: r, api error AccessDenied",
            ExitCode.AUTH,
        ),
        (
            ended(f"{S3}GetObject, get identity: get credentials: failed to refresh cached credentials"),
            "the key for the bucket where state is kept is missing or refused: "
            "get identity: get credentials: failed to refresh cached credentials",
            ExitCode.AUTH,
        ),
        (
            ended(f"{S3}ListObjectsV2, https response error StatusCode: 404, HostID: , NoSuchBucket: gone"),
            "the bucket where state is kept cannot be reached: "
            "https response error StatusCode: 404, HostID: , NoSuchBucket: gone",
            ExitCode.UNAVAILABLE,
        ),
        (
            ended("", "no resource plugin 'pulumi-resource-tencentcloud-v0.2.3' found in the workspace"),
            "the engine misses a provider plugin: pulumi-resource-tencentcloud-v0.2.3",
            ExitCode.UNAVAILABLE,
        ),
        (
            ended("", "one\nHTTPConnectionPool: Connection refused\nanother"),
            "the cloud does not answer: HTTPConnectionPool: Connection refused",
            ExitCode.UNAVAILABLE,
        ),
        (ended("error: something odd"), "something odd", ExitCode.FAILED),
        (ended("", code=255), "the engine failed with exit code 255", ExitCode.FAILED),
    ],
)
def test_what_the_engine_says_becomes_what_a_person_can_use(what, message, code):
    error = failure(what)

    assert (error.message, error.exit_code) == (message, code)


def test_every_pattern_can_be_worded():
    for pattern in PATTERNS:
        names = dict.fromkeys(pattern.text.groupindex, "x") | {"stack": "s", "resource": "r", "all": "a"}
        assert pattern.message.format(**names)
        pattern.hint.format(**names)


def test_what_a_killed_run_may_have_left_is_told_after_a_destroy():
    error = left_behind("local", [Diagnostic("error", "quota exceeded")])

    assert "may have left something behind" in error.message
    assert "quota exceeded" in error.message
    assert error.hint == "gme-recording up --stack local, then destroy again"


@pytest.mark.parametrize(
    ("interrupts", "told"),
    [
        (1, "interrupted: what had begun was finished, the rest was not started"),
        (2, "interrupted: what had begun may be half done, the rest was not started"),
    ],
)
def test_an_interrupted_run_is_cancelled_whatever_else_was_said(interrupts, told):
    error = failure(ended("", "update canceled", interrupts=interrupts))

    assert (error.message, error.exit_code) == (told, ExitCode.CANCELLED)


def test_a_failed_smoke_test_keeps_its_own_message_and_hint():
    text = 'before hook "smoke" failed: smoke test of local/demo failed at activated: off\nhint: switch it on'

    error = failure(ended("", text))

    assert error.message == "smoke test of local/demo failed at activated: off"
    assert error.hint == "switch it on"
    assert error.exit_code is ExitCode.FAILED


def test_the_recorded_failure_of_a_hook():
    recorder, _ = recorded("hook_fails")

    error = failure(Ended("dev", 1, "", recorder.errors))

    assert error.message == "smoke test failed: StartRecord -> FailedOperation.ServiceNotOpened"


def test_a_refused_resource_is_named_with_what_its_provider_said_once():
    recorder, _ = recorded("interrupted")

    message = failure(Ended("dev", 1, "", recorder.errors)).message

    assert message.startswith("the deployment failed:\n  Bucket b: ")
    assert "BucketAlreadyOwnedByYou" in message


def test_a_python_error_of_a_provider_is_told_without_its_class():
    recorder, _ = recorded("create_fails")

    message = failure(Ended("dev", 1, "", recorder.errors)).message

    assert (
        message
        == "the deployment failed:\n  RecordingSettings main-settings: the console refused the callback URL"
    )


def test_a_failing_program_is_told_without_its_call_stack():
    text = "python inline source runtime error: boom\nTraceback (most recent call last):\n  File …"
    again = "an unhandled error occurred: python inline source runtime error: boom"

    assert failure(ended("", text, again)).message == "the deployment failed:\n  boom"
