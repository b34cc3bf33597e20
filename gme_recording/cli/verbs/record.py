"""`gme-recording record`: the five recording actions, for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import click

from gme_recording.api.gme import RecordMode
from gme_recording.api.tasks import Choice
from gme_recording.cli import recording
from gme_recording.cli.options import Finite, TaskId, output_options, stack_option
from gme_recording.cli.output import Output
from gme_recording.cli.recording import Which

F = TypeVar("F", bound=Callable[..., Any])


class Mode(click.ParamType[RecordMode]):
    """What is recorded."""

    name = "mode"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> RecordMode:
        """Return the mode of that name."""
        modes = {mode.name.lower(): mode for mode in RecordMode}
        if value not in modes:
            self.fail(f"{value!r} is none of {', '.join(modes)}", param, ctx)
        return modes[value]


app_option = click.option("--app", help="The application, by name or BizId (needed if there are several).")
room_option = click.option("--room", help="The room that is recorded.")
mode_help = "single (a file for each player), mixed (one for the room) or both."
allow_option = click.option("--allow", metavar="USER", multiple=True, help="Record only this user; up to 20.")
block_option = click.option(
    "--block", metavar="USER", multiple=True, help="Record all but this user; up to 20."
)


def which_options(function: F) -> F:
    """Add the options that name a recording."""
    for option in (
        click.option("--task", type=TaskId(), help="The task's id."),
        room_option,
        app_option,
        stack_option,
    ):
        function = option(function)
    return function


@click.group("record")
def command() -> None:
    """Start, change, stop and watch recordings.

    The five actions of GME for a person at a keyboard; docs/recording.md shows the same from a program. A
    room exists while a player is in it: only then it can be recorded.

    Exit codes: 0 done, 1 refused, 2 wrong option, 3 credentials, 7 nothing is recorded, 9 a file is late.

    \b
    Examples:
      gme-recording record start --room lobby --reuse
      gme-recording record watch --room lobby --keep
    """


@command.command("start")
@stack_option
@app_option
@click.option("--room", required=True, help="The room; a player must be in it.")
@click.option("--mode", type=Mode(), default="mixed", show_default=True, help=mode_help)
@allow_option
@block_option
@click.option("--reuse", is_flag=True, help="A room that is recorded already is no error: tell its task.")
@output_options
def start(
    *,
    stack: str,
    app: str | None,
    room: str,
    mode: RecordMode,
    allow: tuple[str, ...],
    block: tuple[str, ...],
    reuse: bool,
    output: Output,
) -> int:
    """Record a room in which a player is.

    Prints the task's id. With --reuse the command can be repeated: it reports the task that is there, and
    what that task records otherwise than asked. An answer that got lost is looked up, never guessed.

    Exit codes: 0 recorded, 1 refused (no room, recorded already), 2 wrong option, 3 credentials, 6 no such
    stack, 7 recorded, but not as asked.

    \b
    Examples:
      gme-recording record start --room lobby --mode both --reuse
      gme-recording record start --stack prod --app voice --room lobby --allow 10001 --allow 10002
    """
    choice = Choice(mode=mode, allow=allow, block=block)
    return recording.start(Which(stack, app, room), choice, output, reuse=reuse)


@command.command("stop")
@which_options
@output_options
def stop(stack: str, app: str | None, room: str | None, task: str | None, *, output: Output) -> int:
    """Stop a recording, by its room or its task.

    The files follow within minutes. A recording that has ended already is no error.

    Exit codes: 0 it does not run any more, 1 refused, 2 wrong option, 3 credentials, 6 no such stack.

    \b
    Examples:
      gme-recording record stop --room lobby
      gme-recording record stop --stack prod --task 446192236330927912 --json
    """
    return recording.stop(Which(stack, app, room, task), output)


@command.command("modify")
@which_options
@click.option("--mode", type=Mode(), help=mode_help)
@allow_option
@block_option
@click.option("--everyone", is_flag=True, help="Record all players again.")
@output_options
def modify(
    *,
    stack: str,
    app: str | None,
    room: str | None,
    task: str | None,
    mode: RecordMode | None,
    allow: tuple[str, ...],
    block: tuple[str, ...],
    everyone: bool,
    output: Output,
) -> int:
    """Change what is recorded, while it is recorded.

    What is not given stays as it is. A list takes the place of the one before.

    Exit codes: 0 changed, 1 refused, 2 wrong option, 3 credentials, 6 no such stack, 7 nothing is recorded.

    \b
    Examples:
      gme-recording record modify --room lobby --mode both
      gme-recording record modify --room lobby --block 10003 --json
    """
    if (everyone and (allow or block)) or not (everyone or mode or allow or block):
        raise click.UsageError(
            "give at least one of --mode, --allow, --block, --everyone; the last one alone"
        )
    listed = everyone or allow or block
    return recording.modify(
        Which(stack, app, room, task),
        output,
        mode=mode,
        allow=allow if listed else None,
        block=block if listed else None,
    )


@command.command("task")
@which_options
@output_options
def task_(stack: str, app: str | None, room: str | None, task: str | None, *, output: Output) -> int:
    """Show what is being recorded in a room.

    The task's id, its mode, and whom it records.

    Exit codes: 0 shown, 1 refused, 2 wrong option, 3 credentials, 6 no such stack, 7 nothing is recorded.

    \b
    Examples:
      gme-recording record task --room lobby
      gme-recording record task --stack prod --task 446192236330927912 --json
    """
    return recording.task(Which(stack, app, room, task), output)


@command.command("files")
@which_options
@output_options
def files(stack: str, app: str | None, room: str | None, task: str | None, *, output: Output) -> int:
    """Show the files of a recording, and how far each is.

    For a recording that has ended give --task; GME does not say how long it remembers one. What is in the
    bucket is shown by `recordings list`.

    Exit codes: 0 shown, 1 refused, 2 wrong option, 3 credentials, 6 no such stack, 7 nothing is recorded.

    \b
    Examples:
      gme-recording record files --room lobby
      gme-recording record files --task 446192236330927912 --json
    """
    return recording.files(Which(stack, app, room, task), output)


@command.command("watch")
@which_options
@click.option(
    "--keep", is_flag=True, help="Keep the room recorded: start it, renew it before a limit ends it."
)
@click.option("--mode", type=Mode(), default="mixed", show_default=True, help=f"With --keep: {mode_help}")
@click.option(
    "--every", type=Finite(0.1, 3600), default=2.0, show_default=True, help="Seconds between looks."
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="Minutes that a file may take to the bucket after the end.",
)
@output_options
def watch(
    *,
    stack: str,
    app: str | None,
    room: str | None,
    task: str | None,
    mode: RecordMode,
    keep: bool,
    every: float,
    patience: int,
    output: Output,
) -> int:
    """Follow a recording as it happens, until its files are in the bucket.

    Shows every change of a file, and when a limit would end the task: 24 h after its start, 12 h after the
    last player has left. With --keep it is started anew ten minutes before, and whenever it has ended; where
    nobody is in the room, when the next player enters. Ctrl-C ends the watching, not the recording.

    Exit codes: 0 over and complete, 1 refused, 2 wrong option, 3 credentials, 6 no such stack, 7 nothing is
    recorded, 8 interrupted, 9 a file is not in the bucket.

    \b
    Examples:
      gme-recording record watch --room lobby
      gme-recording record watch --stack prod --room lobby --keep --mode both --json
    """
    return recording.follow(
        Which(stack, app, room, task),
        output,
        keep=Choice(mode=mode) if keep else None,
        every=every,
        patience=timedelta(minutes=patience),
    )
