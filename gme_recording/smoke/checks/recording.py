"""One recording task from start to end, seen through all five actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gme_recording.api.errors import TASK_IN_USE, ApiError
from gme_recording.api.gme import RecordMode, RecordStatus
from gme_recording.api.retry import PERHAPS_DONE
from gme_recording.smoke import sweep
from gme_recording.smoke.model import Cause, Failed, Undo

if TYPE_CHECKING:
    from gme_recording.api.gme import RecordFile, Task
    from gme_recording.smoke.model import Run

MIXED_USER = "0"
"""Whose file is the room's (607/53739)."""
ROBOT = "90001"
"""The player that the local cloud puts into the room; real rooms are made by real players."""


def starts(run: Run) -> str:
    """StartRecord returns a task; one left over from a run that was killed is stopped before."""
    target = run.target
    leftover = sweep.stop_leftover(run)
    run.undo.append(Undo("delete the files", partial(sweep.delete_files, run)))
    if run.local:
        run.local.join(target.biz_id, target.room, ROBOT)
        run.undo.append(Undo("take the player out of the room", partial(_leave, run)))
    run.undo.append(Undo("stop the recording", partial(sweep.stop_own, run)))
    try:
        run.task_id = run.gme.start_record(target.biz_id, target.room, RecordMode.MIXED)
    except ApiError as error:
        if error.code not in PERHAPS_DONE:
            run.undo.pop()  # refused: what records the room is not ours
        raise
    run.began = run.clock.now()
    return f"task {run.task_id}" + (f", after stopping task {leftover} of an earlier run" if leftover else "")


def _leave(run: Run) -> str:
    assert run.local is not None
    run.local.leave(run.target.biz_id, run.target.room, ROBOT)
    return "took the player out of the room"


def task_agrees(run: Run) -> str:
    """DescribeTaskInfo shows the task in the room."""
    task = run.clock.until(run.deadline, partial(_task, run))
    if task is None or (task.task_id, task.mode) != (run.task_id, RecordMode.MIXED):
        shown = "no task" if task is None else f"task {task.task_id} with mode {task.mode}"
        raise Failed(
            f"{shown} in room {run.target.room}, started was task {run.task_id} with mode 2",
            hint="somebody else records this room: give the smoke test a room of its own (smoke.room)",
        )
    return f"task {task.task_id}, mode {task.mode}"


def _task(run: Run) -> Task | None:
    return run.gme.find_task(run.target.biz_id, run.target.room)


def second_start_refused(run: Run) -> str:
    """A room is recorded by one task at a time."""
    try:
        task_id = run.gme.start_record(run.target.biz_id, run.target.room, RecordMode.MIXED)
    except ApiError as refusal:
        if refusal.code != TASK_IN_USE:
            raise
        return f"refused, request {refusal.request_id}"
    run.undo.append(Undo("stop the second task", partial(_stop_second, run, task_id)))
    raise Failed(f"task {task_id} records the same room", hint="stop both tasks, then open a ticket")


def _stop_second(run: Run, task_id: str) -> str:
    sweep.stop(run, task_id)
    return f"stopped task {task_id}"


def modification_takes_effect(run: Run) -> str:
    """After ModifyRecordInfo the task records single streams too."""
    run.gme.modify_record(run.target.biz_id, run.task_id, RecordMode.BOTH)
    if run.clock.until(run.deadline, partial(_records_both, run)) is None:
        raise Failed(
            f"task {run.task_id} still does not show mode 3", hint="open a ticket with the task's id"
        )
    return "mode 2 became 3"


def _records_both(run: Run) -> bool | None:
    task = _task(run)
    return True if task is not None and task.mode == RecordMode.BOTH else None


def shows_recording(run: Run) -> str:
    """DescribeRecordInfo shows the room's file and at least one player's, both being recorded."""
    files = run.clock.until(run.deadline, partial(_being_recorded, run))
    if files is None:
        streams = _streams(run)
        if not streams:
            raise Failed(f"task {run.task_id} records nothing", cause=Cause.ROOM_EMPTY)
        raise Failed(f"task {run.task_id} records the room, but no player", cause=Cause.NOBODY_SPEAKS)
    return f"{len(files)} files being recorded"


def _streams(run: Run) -> tuple[RecordFile, ...]:
    return tuple(file for file in run.files if file.status == RecordStatus.RECORDING)


def _being_recorded(run: Run) -> tuple[RecordFile, ...] | None:
    run.files = run.gme.record_files(run.target.biz_id, run.task_id)
    files = _streams(run)
    mixed = {file.user_id == MIXED_USER for file in files}
    return files if mixed == {True, False} else None


def stops(run: Run) -> str:
    """StopRecord ends the task after the declared time."""
    ends = run.began + run.target.record_seconds
    if ends > run.deadline:
        raise Failed(
            f"{run.target.record_seconds:g} s of recording do not fit into the test's time",
            hint="shorten smoke.record or raise smoke.timeout",
        )
    run.clock.sleep(max(0.0, ends - run.clock.now()))
    run.gme.stop_record(run.target.biz_id, run.task_id)
    run.stopped = True
    return f"after {run.clock.now() - run.began:.1f} s"


def task_is_gone(run: Run) -> str:
    """DescribeTaskInfo no longer shows the task."""
    if run.clock.until(run.deadline, partial(sweep.gone, run, run.task_id)) is None:
        raise Failed(
            f"task {run.task_id} is still shown after StopRecord", hint="open a ticket with the task's id"
        )
    return "no task in the room"
