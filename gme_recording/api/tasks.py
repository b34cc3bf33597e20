"""Recording tasks as a game backend thinks of them: start it unless it runs, change it, end it.

Everything here is safe to call again: a request whose answer was lost, a task that somebody else has started
or ended, is looked up and reported, not guessed about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gme_recording.api.errors import ApiError, TaskInUse, TaskNotFound
from gme_recording.api.gme import RecordMode, Task
from gme_recording.api.retry import PERHAPS_DONE
from gme_recording.errors import ExitCode, UserError

if TYPE_CHECKING:
    from gme_recording.api.gme import Gme

MOST_USERS = 20
"""Entries of a list (607/53736)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is recorded of a room. Raises UserError for lists that the vendor would refuse."""

    mode: RecordMode = RecordMode.MIXED
    allow: tuple[str, ...] = ()
    """Only these users; empty: everyone who is not in `block`."""
    block: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.allow and self.block:
            raise UserError(
                "users are either allowed or blocked, not both", exit_code=ExitCode.INPUT, hint=_ONE_LIST
            )
        for users in (self.allow, self.block):
            if len(users) > MOST_USERS:
                raise UserError(
                    f"{len(users)} users are in the list, {MOST_USERS} is the vendor's limit",
                    hint="use the other list, or record everyone and keep single files",
                    exit_code=ExitCode.INPUT,
                )

    @classmethod
    def of(cls, task: Task) -> Choice:
        """Return what a task records."""
        mode = RecordMode(task.mode) if task.mode in set(RecordMode) else RecordMode.MIXED
        return cls(mode=mode, allow=task.allow, block=task.block)


_ONE_LIST = "give an allow list or a block list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A room that is being recorded now."""

    task: Task
    reused: bool = False
    """Whether the task was there before, or may have been: the answer to the start was lost."""
    differs: tuple[str, ...] = ()
    """What it records otherwise than asked, in words; `change` puts it right."""


def start(gme: Gme, biz_id: int, room_id: str, choice: Choice, *, reuse: bool = False) -> Started:
    """Record a room. With `reuse` a task that records it already is returned; raises ApiError.

    Without `reuse` a recorded room raises TaskInUse. Nobody in the room raises RoomNotFound.
    """
    try:
        task_id = gme.start_record(biz_id, room_id, choice.mode, allow=choice.allow, block=choice.block)
    except ApiError as error:
        found = gme.find_task(biz_id, room_id) if reuse and _perhaps_there(error) else None
        if found is None:
            raise
        return Started(task=found, reused=True, differs=_differences(found, choice))
    task = Task(
        task_id=task_id, room_id=room_id, mode=int(choice.mode), allow=choice.allow, block=choice.block
    )
    return Started(task=task)


def _perhaps_there(error: ApiError) -> bool:
    return isinstance(error, TaskInUse) or error.code in PERHAPS_DONE


def _differences(found: Task, asked: Choice) -> tuple[str, ...]:
    pairs = {
        "mode": (mode_name(found.mode), mode_name(asked.mode)),
        "allow": (_users(found.allow), _users(asked.allow)),
        "block": (_users(found.block), _users(asked.block)),
    }
    return tuple(f"{name} is {now}, asked {wanted}" for name, (now, wanted) in pairs.items() if now != wanted)


def mode_name(mode: int) -> str:
    """`single`, `mixed`, `both`; a number that the vendor adds later stays a number."""
    return RecordMode(mode).name.lower() if mode in set(RecordMode) else str(mode)


def _users(users: tuple[str, ...]) -> str:
    return ", ".join(sorted(users)) or "empty"


def end(gme: Gme, biz_id: int, task_id: str) -> bool:
    """End a task; False if it had ended before. Raises ApiError."""
    try:
        gme.stop_record(biz_id, task_id)
    except TaskNotFound:
        return False
    return True


def get(gme: Gme, biz_id: int, room_id: str) -> Task:
    """Return the task that records a room; raises UserError if there is none, ApiError."""
    task = gme.find_task(biz_id, room_id)
    if task is None:
        raise UserError(
            f"nothing is recorded in room {room_id} of application {biz_id}",
            hint="the task has ended: look for its files by its id, or in the bucket",
            exit_code=ExitCode.DIFFERS,
        )
    return task


def get_by_id(gme: Gme, biz_id: int, task_id: str) -> Task:
    """Return a task that is under way by its id; raises UserError if it has ended, ApiError."""
    task = get(gme, biz_id, gme.task_files(biz_id, task_id).room_id)
    if task.task_id != task_id:
        raise UserError(
            f"task {task_id} has ended: room {task.room_id} is recorded by task {task.task_id}",
            hint=f"use task {task.task_id}",
            exit_code=ExitCode.DIFFERS,
        )
    return task


def change(
    gme: Gme,
    biz_id: int,
    task: Task,
    *,
    mode: RecordMode | None = None,
    allow: tuple[str, ...] | None = None,
    block: tuple[str, ...] | None = None,
) -> Task:
    """Change what a task records, and return it as it is then; what is None stays. Raises ApiError.

    Always sends mode and list, because the vendor does not say what becomes of what is left out. A list
    replaces the other one; two empty lists record everyone.
    """
    now = Choice.of(task)
    if allow is None and block is None:
        allow, block = now.allow, now.block
    wanted = Choice(mode=mode or now.mode, allow=allow or (), block=block or ())
    everyone = not (wanted.allow or wanted.block) and bool(now.allow or now.block)
    gme.modify_record(
        biz_id, task.task_id, wanted.mode, allow=wanted.allow, block=wanted.block, everyone=everyone
    )
    return replace(task, mode=int(wanted.mode), allow=wanted.allow, block=wanted.block)
