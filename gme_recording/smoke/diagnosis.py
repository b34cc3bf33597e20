"""From the first failed check to what is most likely wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gme_recording.api.credentials import CloudKind
from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, UNSUPPORTED
from gme_recording.smoke.model import Verdict

if TYPE_CHECKING:
    from gme_recording.smoke.model import Result, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    cause: str
    """One sentence; fields of the target in braces."""
    hint: str
    check: str = ""
    """Id of the failed check; empty: any."""
    code: str = ""
    """Vendor's code; empty: any."""
    failed_too: str = ""
    """Id of another check that must have failed as well; empty: none."""
    local_hint: str = ""
    """Where the local cloud is put right in another way."""


_CONSOLE = "gme-recording runbook --stack {stack} shows what to set in the GME console"
_AGAIN = "gme-recording smoke --stack {stack} repeats the test"
_UP = "gme-recording up --refresh --stack {stack}"

DIAGNOSES = (
    Diagnosis(
        code=SERVICE_NOT_OPENED,
        cause="the recording service of application {biz_id} is switched off in the console",
        hint=_CONSOLE,
        local_hint=_UP,
    ),
    Diagnosis(
        code=UNSUPPORTED,
        cause="the recording scope of application {biz_id} is full, which refuses the API",
        hint=_CONSOLE,
        local_hint=_UP,
    ),
    Diagnosis(
        check="start",
        code=ROOM_NOT_FOUND,
        cause="there is no room {room}: rooms are made by the first player who enters",
        hint="let a player enter the room during the test, or set smoke.mode: probe",
    ),
    Diagnosis(
        check="recording",
        cause="nobody is in room {room}, or no microphone is on",
        hint="let a player speak in the room during the test, or set smoke.mode: probe",
    ),
    Diagnosis(
        check="file",
        failed_too="grant",
        cause="GME may not write to the account's buckets: role {role} is missing",
        hint="declare access.grant: create in exactly one stack of the account",
    ),
    Diagnosis(
        check="grant",
        cause="GME may not write to the account's buckets: role {role} is missing",
        hint="declare access.grant: create in exactly one stack of the account, then " + _UP,
    ),
    Diagnosis(
        check="file",
        cause="GME writes to another bucket than {bucket} in {region}, or the bucket refuses it",
        hint=_CONSOLE,
        local_hint=_UP,
    ),
    Diagnosis(
        check="bucket",
        code="NoSuchBucket",
        cause="there is no bucket {bucket} in {region}",
        hint=_UP + " creates it, unless name, appid or region are wrong",
    ),
    Diagnosis(
        check="callbacks",
        cause="{callback_url} is not reached by callbacks",
        hint="check that it answers POST with 200 from outside, and that the console has exactly this URL",
    ),
    Diagnosis(
        check="signatures",
        cause="callbacks are signed by another key than the one of application {biz_id}",
        hint="compare the receiver's key with the permission key on the application's page",
    ),
)


def diagnose(target: Target, results: tuple[Result, ...]) -> tuple[str, str]:
    """Return cause and hint for the first failure; both empty if nothing failed.

    Where no row fits, there is no cause beyond what the check found, and its own hint holds. There is
    always one.
    """
    failures = [result for result in results if result.verdict is Verdict.FAIL]
    if not failures:
        return "", ""
    first, ids = failures[0], {failure.id for failure in failures}
    for row in DIAGNOSES:
        if row.check in {"", first.id} and row.code in {"", first.code} and row.failed_too in {"", *ids}:
            local = target.cloud is CloudKind.LOCAL and row.local_hint
            return _filled(row.cause, target), _filled(row.local_hint if local else row.hint, target)
    return "", first.hint or _filled(_AGAIN, target)


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
