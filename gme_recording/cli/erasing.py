"""What `recordings erase` does between its options and its output."""

from __future__ import annotations

import getpass
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from gme_recording.api import Gme
from gme_recording.api.errors import ApiError
from gme_recording.cli.keeping import agreed
from gme_recording.cli.output import Output
from gme_recording.cli.shelves import Shelf, places, shelf
from gme_recording.errors import ExitCode, UserError
from gme_recording.recordings import erase, erase_plan
from gme_recording.recordings.erase import Place, Request
from gme_recording.recordings.erase_plan import ErasePlan, Item
from gme_recording.recordings.erase_record import Record, write

_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The options of `erase`."""

    stack: str
    app: str | None
    user_id: str | None
    """None: the plan in the file is carried out as it is."""
    rooms: tuple[str, ...]
    numeric_users: bool
    include_mixed: bool
    plan: Path
    plan_only: bool
    by: str | None
    yes: bool

    def record(self) -> Path:
        """Where this run is recorded: a plan may be carried out again, and each run is evidence."""
        names = (f"{self.plan.stem}.record{f'-{number}' if number > 1 else ''}.json" for number in count(1))
        return next(file for name in names if not (file := self.plan.with_name(name)).exists())


def run(wish: Wish, output: Output) -> int:
    """Plan (or read the plan), show it, ask, carry it out, write the record."""
    if wish.user_id is None:
        _is_as_planned(wish)
        plan = erase_plan.read(wish.plan)
        _is_of(plan, wish)
        where = shelf(plan.stack, str(plan.biz_id))
        at, _ = places(where)
    else:
        where = shelf(wish.stack, wish.app)
        at, plan = _made(wish, wish.user_id, where)
        write(wish.plan, plan.data())
    output.say(_shown(plan, wish))
    if wish.plan_only:
        output.show("", {"plan": str(wish.plan), "sha256": plan.digest, **plan.data()})
        return ExitCode.OK if not plan.erase and plan.complete else ExitCode.DIFFERS
    agreed(
        f"Erase {len(plan.erase)} objects of user {plan.user_id} for good?",
        output,
        yes=wish.yes,
        word="erase",
    )
    return _carry_out(wish, where, at, plan, output)


def _made(wish: Wish, user_id: str, where: Shelf) -> tuple[tuple[Place, ...], ErasePlan]:
    at, notes = places(where)
    request = Request(
        stack=wish.stack,
        biz_id=where.app.biz_id,
        user_id=user_id,
        now=where.objects.now(where.bucket),
        rooms=frozenset(wish.rooms),
        numeric_users=wish.numeric_users,
        include_mixed=wish.include_mixed,
    )
    plan = erase.plan(at, request, notes)
    running = _running(where, plan, wish.rooms)
    return at, erase.noting(plan, running)


def _running(where: Shelf, plan: ErasePlan, rooms: Iterable[str]) -> tuple[str, ...]:
    """Name the tasks that go on recording where the user was recorded."""
    gme, told = Gme(where.cloud), []
    for room in sorted(erase.rooms(plan).union(rooms)):
        try:
            task = gme.find_task(plan.biz_id, room)
        except ApiError as error:
            return (f"Whether rooms are being recorded now: {error.message}.",)
        if task is not None:
            told.append(
                f"Room {room} is being recorded (task {task.task_id}): what comes later is not in this plan."
            )
    return tuple(told)


def _is_as_planned(wish: Wish) -> None:
    given = {
        "--app": wish.app,
        "--room": wish.rooms,
        "--numeric-users": wish.numeric_users,
        "--include-mixed": wish.include_mixed,
    }
    if meant := [option for option, value in given.items() if value]:
        raise UserError(
            f"{', '.join(meant)} would change the plan in {wish.plan}, which is carried out as it is",
            hint="give --user as well to plan anew, or leave it out",
            exit_code=ExitCode.INPUT,
        )


def _is_of(plan: ErasePlan, wish: Wish) -> None:
    if plan.stack != wish.stack:
        raise UserError(
            f"{wish.plan} is a plan for stack {plan.stack}, not {wish.stack}",
            hint=f"--stack {plan.stack}",
            exit_code=ExitCode.INPUT,
        )


def _carry_out(wish: Wish, where: Shelf, at: tuple[Place, ...], plan: ErasePlan, output: Output) -> int:
    file = wish.record()
    record = Record(plan, wish.by or getpass.getuser(), file, lambda: where.objects.now(where.bucket))
    record.carry_out(erase.act(plan, at))
    failed = record.failed
    for item, code in list(failed.items())[:_SHOWN]:
        output.say(f"not erased ({code}): {item.bucket}/{item.key}")
    output.show(
        f"erased {len(plan.erase) - len(failed)} of {len(plan.erase)}; record: {file}",
        {
            "erased": len(plan.erase) - len(failed),
            "failed": len(failed),
            "left": {"mixed": len(plan.mixed), "unclear": len(plan.unclear)},
            "plan": str(wish.plan),
            "sha256": plan.digest,
            "record": str(file),
        },
    )
    if failed:
        return ExitCode.FAILED
    return ExitCode.OK if plan.complete else ExitCode.DIFFERS


def _shown(plan: ErasePlan, wish: Wish) -> str:
    lines = [f"Plan to erase user {plan.user_id} of application {plan.biz_id}, stack {plan.stack}"]
    lines += [f"  looked through {name}" for name in plan.buckets]
    counts = Counter((item.bucket, item.kind) for item in plan.erase)
    lines += [f"  erase {number} x {kind} in {bucket}" for (bucket, kind), number in sorted(counts.items())]
    lines += _listed("erase", plan.erase)
    lines += _listed("CANNOT BE CUT, stays", plan.mixed)
    lines += _listed("UNCLEAR, stays", plan.unclear)
    lines += [f"  out of reach: {note}" for note in plan.out_of_reach]
    if plan.mixed:
        lines.append("  --include-mixed erases those mixed streams as a whole, with everybody's voice")
    if any(item.why == erase.NOT_UNDERSTOOD for item in plan.unclear):
        lines.append(f"  what is {erase.NOT_UNDERSTOOD} was put there by others: look at it in the bucket")
    if any(item.why != erase.NOT_UNDERSTOOD for item in plan.unclear):
        lines.append(
            "  --room <id> (of such a stream) or --numeric-users tells that unclear ones are the user's"
        )
    lines.append(f"  written to {wish.plan}, sha256 {plan.digest}")
    return "\n".join(lines)


def _listed(what: str, items: tuple[Item, ...]) -> list[str]:
    shown = [
        f"  {what}: {item.bucket}/{item.key}{_version(item)}"
        f"{f' ({item.why})' if item.why else ''}; by lifecycle: {item.gone or 'never'}"
        for item in items[:_SHOWN]
    ]
    more = len(items) - len(shown)
    return [*shown, f"  {what}: {more} more, see the file"] if more > 0 else shown


def _version(item: Item) -> str:
    return "" if item.version_id in {"", "null"} else f" version {item.version_id}"
