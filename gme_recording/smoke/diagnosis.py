"""From the first failed check to what is most likely wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.api.credentials import CloudKind
from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, UNSUPPORTED
from gme_recording.smoke.model import Cause, Verdict

if TYPE_CHECKING:
    from gme_recording.smoke.model import Result, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    says: str
    """One sentence; fields of the target in braces."""
    hint: str
    local_hint: str = ""
    """Where the local cloud is put right in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a failed check points to where it does not name the cause itself."""

    cause: Cause
    check: str = ""
    """Id of the failed check; empty: any."""
    code: str = ""
    """Vendor's code; empty: any."""
    failed_too: Cause | None = None
    """What another check must have named; None: nothing."""


_CONSOLE = "gme-recording runbook --stack {stack} shows what to set in the GME console"
_AGAIN = "gme-recording smoke --stack {stack} repeats the test"
_UP = "gme-recording up --refresh --stack {stack}"
_PROBE = ", or set smoke.mode: probe"

DIAGNOSES = {
    Cause.NOT_ACTIVATED: Diagnosis(
        says="the recording service of application {biz_id} is switched off in the console",
        hint=_CONSOLE + "; if the page has no section for recording, it is not allow-listed: open a ticket",
        local_hint=_UP,
    ),
    Cause.NOT_ALLOW_LISTED: Diagnosis(
        says="application {biz_id} is not on the vendor's allow list for server-side recording",
        hint="open a ticket with Tencent Cloud: the console cannot enable recording before",
    ),
    Cause.FULL_SCOPE: Diagnosis(
        says="the recording scope of application {biz_id} is full, which refuses the API",
        hint=_CONSOLE + "; if its scope is custom there, it is no longer allow-listed: open a ticket",
        local_hint=_UP,
    ),
    Cause.ARREARS: Diagnosis(
        says="the account is in arrears, as it seems: application {biz_id} is stopped",
        hint="settle the bill in the console within 7 days of the stop, or data is lost; then " + _AGAIN,
    ),
    Cause.APPLICATION_CLOSED: Diagnosis(
        says="application {biz_id} is closed",
        hint="open it on the application's page in the GME console",
    ),
    Cause.APPLICATION_UNKNOWN: Diagnosis(
        says="GME knows no application {biz_id}",
        hint="bizId is the AppID on the application's page in the GME console",
    ),
    Cause.NO_ROOM: Diagnosis(
        says="there is no room {room}: rooms are made by the first player who enters",
        hint="let a player enter the room during the test" + _PROBE,
    ),
    Cause.ROOM_EMPTY: Diagnosis(
        says="nobody is in room {room}: its last player has left",
        hint="let a player stay in the room during the test" + _PROBE,
    ),
    Cause.NOBODY_SPEAKS: Diagnosis(
        says="nobody in room {room} has the microphone on",
        hint="let a player speak in the room during the test" + _PROBE,
    ),
    Cause.NO_GRANT: Diagnosis(
        says="GME may not write to the account's buckets: role {role} is missing",
        hint="declare access.grant: create in exactly one stack of the account, then " + _UP,
    ),
    Cause.NO_BUCKET: Diagnosis(
        says="there is no bucket {bucket} in {region}",
        hint=_UP + " creates it, unless name, appid or region are wrong",
    ),
    Cause.WRONG_REGION: Diagnosis(
        says="bucket {bucket} is not in {region}",
        hint="correct gme-recording:region, or declare another storage name",
    ),
    Cause.WRONG_BUCKET: Diagnosis(
        says="GME writes to another bucket than {bucket} in {region}",
        hint=_CONSOLE,
        local_hint=_UP,
    ),
    Cause.POLICY_BLOCKS: Diagnosis(
        says="bucket {bucket} does not let GME write: its policy denies it, or its KMS key does",
        hint="look for deny statements in the bucket's policy; " + _UP + " puts the declared one back",
    ),
    Cause.NOT_FINISHED: Diagnosis(
        says="GME was still at work on the recording when the test's time was over",
        hint="raise smoke.timeout: on Tencent Cloud a file takes minutes",
    ),
    Cause.CALLBACK_UNREACHABLE: Diagnosis(
        says="{callback_url} is not reached by callbacks",
        hint="check that it answers POST with 200 from outside, and that the console has exactly this URL",
    ),
    Cause.CALLBACK_SIGNATURE: Diagnosis(
        says="callbacks are signed by another key than the one of application {biz_id}",
        hint="compare the receiver's key with the permission key on the application's page",
    ),
}

SIGNS = (
    Sign(code=SERVICE_NOT_OPENED, cause=Cause.NOT_ACTIVATED),
    Sign(code=UNSUPPORTED, cause=Cause.FULL_SCOPE),
    Sign(check="start", code=ROOM_NOT_FOUND, cause=Cause.NO_ROOM),
    Sign(check="bucket", code="NoSuchBucket", cause=Cause.NO_BUCKET),
    Sign(check="bucket-settings", failed_too=Cause.POLICY_BLOCKS, cause=Cause.POLICY_BLOCKS),
    Sign(check="file", failed_too=Cause.NO_GRANT, cause=Cause.NO_GRANT),
)


def diagnose(target: Target, results: tuple[Result, ...]) -> tuple[str, str, str]:
    """Return the cause, its sentence and the hint for the first failure; all empty if nothing failed.

    Where nothing fits, there is no cause beyond what the check found, and its own hint holds. There is
    always one.
    """
    failures = [result for result in results if result.verdict is Verdict.FAIL]
    if not failures:
        return "", "", ""
    first = failures[0]
    cause = first.cause or _pointed_to(first, {failure.cause for failure in failures})
    if not cause:
        return "", "", first.hint or _filled(_AGAIN, target)
    row = DIAGNOSES[Cause(cause)]
    local = target.cloud is CloudKind.LOCAL and row.local_hint
    return str(cause), _filled(row.says, target), _filled(row.local_hint if local else row.hint, target)


def _pointed_to(first: Result, named: set[str]) -> str:
    for sign in SIGNS:
        about = sign.check in {"", first.id} and sign.code in {"", first.code}
        if about and (sign.failed_too is None or sign.failed_too in named):
            return sign.cause
    return ""


def _filled(text: str, target: Target) -> str:
    return text.format(
        stack=target.stack,
        biz_id=target.biz_id,
        room=target.room,
        role=target.role,
        bucket=target.bucket,
        region=target.region,
        callback_url=target.callback_url,
    )
