"""Tasks and files that a smoke test must not leave behind, its own and those of a run that was killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.api.errors import TASK_NOT_FOUND, ApiError
from gme_recording.recordings import names
from gme_recording.smoke.model import Failed

if TYPE_CHECKING:
    from gme_recording.smoke.model import Run


def stop_leftover(run: Run) -> str:
    """Stop the task that records the smoke test's room, if there is one; return its id."""
    target = run.target
    task = run.gme.find_task(target.biz_id, target.room)
    if task is None:
        return ""
    stop(run, task.task_id)
    if run.clock.until(run.deadline, lambda: gone(run, task.task_id)) is None:
        raise Failed(
            f"task {task.task_id} of an earlier run still records room {target.room}",
            hint="another test may be running in this room: wait for it, or give each its own smoke.room",
        )
    return task.task_id


def stop(run: Run, task_id: str) -> None:
    """End a task; one that has ended already is no error."""
    try:
        run.gme.stop_record(run.target.biz_id, task_id)
    except ApiError as error:
        if error.code != TASK_NOT_FOUND:
            raise


def gone(run: Run, task_id: str) -> bool | None:
    """Tell whether the room is no longer recorded by that task: True, or None if it still is."""
    task = run.gme.find_task(run.target.biz_id, run.target.room)
    return True if task is None or task.task_id != task_id else None


def stop_own(run: Run) -> str:
    """Take back StartRecord. Without a task id its answer was lost: whatever records the room is ours."""
    if run.stopped:
        return ""
    if not run.task_id:
        stopped = stop_leftover(run)
        return f"stopped task {stopped}" if stopped else ""
    stop(run, run.task_id)
    run.stopped = True
    return f"stopped task {run.task_id}"


def own_keys(run: Run) -> tuple[str, ...]:
    """Return the keys of this task's files: those that GME told, and those that carry the task's id."""
    target = run.target
    told = told_keys(run)
    found = []
    for folder in names.folders(target.biz_id, target.room):
        for key in run.cos.keys(target.bucket, folder):
            name = names.parse(key, target.room)
            if key in told or (name is not None and name.task_id == run.task_id):
                found.append(key)
    return tuple(found)


def told_keys(run: Run) -> frozenset[str]:
    """Return the names that DescribeRecordInfo told, as far as they are keys (its sample shows others)."""
    told = (file.name for file in run.files)
    return frozenset(name for name in told if names.parse(name, run.target.room) is not None)


def delete_files(run: Run) -> str:
    """Delete the files of this test; what may not be deleted is left to the smoke test's lifecycle rule."""
    if not run.task_id:
        return ""
    keys = own_keys(run)
    for key in keys:
        try:
            run.cos.delete(run.target.bucket, key)
        except ApiError as error:
            if error.code != "AccessDenied":
                raise
            return f"left {len(keys)} files to their lifecycle rule: this key may not delete"
    return f"deleted {len(keys)} files" if keys else ""
