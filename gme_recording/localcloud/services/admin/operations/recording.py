"""Recording seen from behind: callbacks that left, guesses to switch, things to go wrong."""

from __future__ import annotations

from dataclasses import asdict, replace

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import camel
from gme_recording.localcloud.outbox import Attempt, Message
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE, UNKNOWN_TASK
from gme_recording.localcloud.services.admin.routes import ADMIN
from gme_recording.localcloud.services.gme import mischief, tasks
from gme_recording.localcloud.services.gme.mischief import Mischief
from gme_recording.localcloud.services.gme.model import Callback, Profile, Task, profile

LONGEST_PROCESSING_SECONDS = 86_400.0
MOST_RETRIES = 1000


@ADMIN.operation("ListCallbacks", match="GET /admin/callbacks")
def list_callbacks(
    call: Call, *, biz_id: int | None = None, task_id: int | None = None
) -> list[dict[str, object]]:
    """Every callback with what has become of it, in the order of the events."""
    given = {"biz_id": biz_id, "task_id": task_id}
    where = {name: value for name, value in given.items() if value is not None}
    return [_callback(call, callback) for callback in call.store.select(Callback, **where)]


def _callback(call: Call, callback: Callback) -> dict[str, object]:
    message = call.store.find(Message, message_id=callback.message_id)
    assert message, "a callback and its message are written together"
    tries = call.store.select(Attempt, message_id=callback.message_id)
    return {
        "bizId": callback.biz_id,
        "taskId": str(callback.task_id),
        "event": callback.event,
        "url": message.url,
        "body": message.body,
        "signature": message.headers["Signature"],
        "outcome": message.outcome,
        "attempts": len(tries),
        "tries": [{"at": one.at.isoformat(), "outcome": one.outcome} for one in tries],
        "sentAt": tries[-1].at.isoformat() if tries else None,
    }


@ADMIN.operation("PlanMischief", match="POST /admin/callbacks/faults", refuses=(INVALID_VALUE,))
def plan_mischief(call: Call, *, next: list[str]) -> object:  # noqa: A002 - the word of the endpoint
    """What happens to the coming callbacks, a word each: none, lost, doubled, delayed, reordered, forged."""
    try:
        coming = [Mischief(word) for word in next]
    except ValueError:
        raise INVALID_VALUE(name="next", found=next, allowed=", ".join(Mischief)) from None
    mischief.plan(call.store, coming)
    return {"ok": True}


@ADMIN.operation("GetProfile", match="GET /admin/gme/profile")
def get_profile(call: Call) -> dict[str, object]:
    return _guesses(profile(call.store))


@ADMIN.operation("ChangeProfile", match="PUT /admin/gme/profile", refuses=(INVALID_VALUE,))
def change_profile(  # noqa: PLR0913 - one for each guess
    call: Call,
    *,
    processing_seconds: float | None = None,
    upload_retries: int | None = None,
    day_limit: bool | None = None,
    full_scope_code: str | None = None,
    no_task_code: str | None = None,
    completion_only: bool | None = None,
    hex_signature: bool | None = None,
) -> dict[str, object]:
    """Switch what the vendor leaves open; what is left out stays."""
    given = {name: value for name, value in locals().items() if name != "call" and value is not None}
    if not 0 <= (processing_seconds or 0) <= LONGEST_PROCESSING_SECONDS:
        raise INVALID_VALUE(name="processingSeconds", found=processing_seconds, allowed="0 to a day")
    if not 0 <= (upload_retries or 0) <= MOST_RETRIES:
        raise INVALID_VALUE(name="uploadRetries", found=upload_retries, allowed=f"0 to {MOST_RETRIES}")
    return _guesses(call.store.put(replace(profile(call.store), **given)))


def _guesses(found: Profile) -> dict[str, object]:
    return {camel(name): value for name, value in asdict(found).items() if name != "name"}


@ADMIN.operation("InterruptTask", match="POST /admin/tasks/interrupt", refuses=(UNKNOWN_TASK,))
def interrupt_task(call: Call, *, task_id: int) -> object:
    """An exception on the vendor's side, after which the task goes on with new segments."""
    task = call.store.find(Task, task_id=task_id, ended=None)
    if not task:
        raise UNKNOWN_TASK(task_id=task_id)
    tasks.interrupt(call, task)
    return {"ok": True}
