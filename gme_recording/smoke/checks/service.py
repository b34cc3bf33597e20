"""Whether the console's recording service takes requests, and only for applications of this account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.api.errors import ROOM_NOT_FOUND, SERVICE_NOT_OPENED, UNREACHED, UNSUPPORTED, ApiError
from gme_recording.api.gme import AppStatus
from gme_recording.api.retry import PERHAPS_DONE
from gme_recording.smoke.model import Cause, Failed

if TYPE_CHECKING:
    from gme_recording.api.gme import AppState
    from gme_recording.smoke.model import Run

NOBODYS_BIZ_ID = 1
"""Ids of applications have ten digits; the vendor's smallest known one is 1400000000."""
_PLAIN = {
    "InvalidParameterValue.InvalidBizId": Cause.APPLICATION_UNKNOWN,
    "OperationDenied.AccountInArrears": Cause.ARREARS,
    "FailedOperation.UserFeeNegative": Cause.ARREARS,
}
_CLOSED = frozenset({AppStatus.CLOSED, AppStatus.RECLAIMED})


def activated(run: Run) -> str:
    """StartRecord on an absent room is refused for the room, not for the service."""
    refusal = run.gme.probe(run.target.biz_id)
    if refusal is None:
        return "takes requests"
    if refusal.code != ROOM_NOT_FOUND:
        raise Failed(refusal.message, hint=refusal.hint, cause=_cause(run, refusal.code), refusal=refusal)
    return f"takes requests, request {refusal.request_id}"


def _cause(run: Run, code: str) -> str:
    """What the refusal means: one code stands for several things that the console tells apart."""
    if code in _PLAIN:
        return _PLAIN[code]
    if code not in {SERVICE_NOT_OPENED, UNSUPPORTED, "OperationDenied"}:
        return ""
    state = _state(run)
    if state is not None and state.status == AppStatus.IN_ARREARS:
        return Cause.ARREARS
    if state is not None and state.status in _CLOSED:
        return Cause.APPLICATION_CLOSED
    if code == UNSUPPORTED or (state is not None and state.recording):
        return Cause.FULL_SCOPE  # switched on, and yet no request is taken
    if code == "OperationDenied":
        return Cause.ARREARS
    return Cause.NOT_ACTIVATED if _allow_listed(run) else Cause.NOT_ALLOW_LISTED


def _state(run: Run) -> AppState | None:
    """What the list of applications says; the international site has none, and a key may not read it."""
    try:
        return run.gme.find_app(run.target.biz_id)
    except ApiError:
        return None


def _allow_listed(run: Run) -> bool:
    """Only the local cloud tells; for Tencent Cloud the hint speaks of both."""
    application = run.local.application(run.target.biz_id) if run.local else None
    return application is None or application.allow_listed


def others_refused(run: Run) -> str:
    """A BizId that is not the account's is refused, before anything is said about rooms."""
    refusal = run.gme.probe(NOBODYS_BIZ_ID)
    if refusal is None or refusal.code == ROOM_NOT_FOUND:
        answer = "accepted" if refusal is None else "looked for a room"
        raise Failed(
            f"StartRecord for application {NOBODYS_BIZ_ID} {answer}",
            hint="this key reaches foreign applications: open a ticket",
            refusal=refusal,
        )
    if refusal.code in PERHAPS_DONE | {UNREACHED}:
        raise refusal
    return f"refused with {refusal.code}, request {refusal.request_id}"
