"""Which application a call is about, and whether GME serves the caller."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gme_recording.localcloud.services.gme.errors import (
    INVALID_ACTION,
    INVALID_BIZ_ID,
    INVALID_TASK_ID,
    NOT_OPENED,
    TASK_NOT_FOUND,
    UNAUTHORIZED,
    UNSUPPORTED,
)
from gme_recording.localcloud.services.gme.model import MAX_ID, App, Scope, Task, profile
from gme_recording.localcloud.services.gme.routes import is_international

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call
    from gme_recording.localcloud.refusal import Refusal


def application(call: Call, *, biz_id: int, **_: object) -> list[str]:
    """The resource that policies are asked about; its region part is empty (598/98141)."""
    return [f"qcs::gme::uin/{call.principal.owner_uin}:bizid/{biz_id}"]


def anything(call: Call, **_: object) -> list[str]:
    """For actions that CAM does not limit to single applications."""
    return [f"qcs::gme::uin/{call.principal.owner_uin}:*"]


def mainland_only(call: Call, action: str) -> None:
    """The international site does not know the action."""
    if is_international(call.request):
        raise INVALID_ACTION(action=action, host=call.request.host)


def own_app(call: Call, biz_id: int, absent: Refusal = INVALID_BIZ_ID) -> App:
    """Of the caller's account."""
    app = call.store.find(App, biz_id=biz_id)
    if not app:
        raise absent(biz_id=biz_id)
    if app.owner_uin != call.principal.owner_uin:
        raise UNAUTHORIZED(biz_id=biz_id)
    return app


def opened_app(call: Call, biz_id: int) -> App:
    """Of the caller, with custom recording on. For the full scope the vendor documents no code."""
    app = own_app(call, biz_id)
    if not app.opened:
        raise NOT_OPENED(biz_id=biz_id)
    if app.scope is Scope.FULL:
        code = profile(call.store).full_scope_code
        raise replace(UNSUPPORTED, code=code)(biz_id=biz_id)
    return app


def find_task(call: Call, app: App, task_id: int) -> Task:
    """Running or ended; raises for an id that is no task of the application."""
    if not 0 < task_id <= MAX_ID:
        raise INVALID_TASK_ID(task_id=task_id)
    task = call.store.find(Task, task_id=task_id, biz_id=app.biz_id)
    if not task:
        raise TASK_NOT_FOUND(task_id=task_id)
    return task
