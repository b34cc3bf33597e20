"""`gme-recording recordings`: what GME has written to the bucket."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gme_recording.cli import erasing, keeping
from gme_recording.cli.options import Finite, Id, Moment, TaskId, output_options, stack_option
from gme_recording.cli.output import Output
from gme_recording.recordings import links

F = TypeVar("F", bound=Callable[..., Any])

agree_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def choice_options(function: F) -> F:
    """Add the options that choose recordings; the function gets them as `chosen`."""
    for option in (
        click.option(
            "--numeric-users", is_flag=True, help="User ids are whole numbers: settles most doubts."
        ),
        click.option(
            "--known-user",
            "known_users",
            type=Id(),
            multiple=True,
            help="A user that exists, to settle doubts.",
        ),
        click.option(
            "--known-room",
            "known_rooms",
            type=Id(),
            multiple=True,
            help="A room that exists, to settle doubts.",
        ),
        click.option("--until", type=Moment(), help="Only what was begun before this time."),
        click.option("--since", type=Moment(), help="Only what arrived at this time or later."),
        click.option("--single", is_flag=True, help="Only users' own streams."),
        click.option("--mixed", is_flag=True, help="Only rooms' mixed streams."),
        click.option("--task", "task_id", type=TaskId(), help="Only this task, as far as keys or GME tell."),
        click.option("--user", "user_id", type=Id(), help="Only this user's own streams."),
        click.option("--room", "room_id", type=Id(), help="Only this room."),
        click.option("--app", help="Only this application, by name or BizId (default: all of the stack)."),
        stack_option,
    ):
        function = option(function)
    return function


def _choice(*, mixed: bool, single: bool, **chosen: Any) -> keeping.Choice:
    if mixed and (single or chosen["user_id"]):
        raise click.UsageError(
            "a mixed stream is nobody's own: --mixed goes with neither --single nor --user"
        )
    return keeping.Choice(mixed=mixed if mixed or single else None, **chosen)


@click.group("recordings")
def command() -> None:
    """List, download, share and erase recordings.

    Works on the bucket of each application of a stack. Keys are read as GME documents them; where `_` in ids
    leaves open whose a single stream is, that is said.

    Exit codes: 0 done, 1 something failed, 2 wrong option or key, 3 credentials, 7 a person must decide.

    \b
    Examples:
      gme-recording recordings list --stack prod --room lobby --since 2026-01-31
      gme-recording recordings get --stack prod --user 10001 --to evidence
    """


@command.command("list")
@choice_options
@click.option("--limit", type=click.IntRange(min=1), help="At most so many.")
@output_options
def list_(*, limit: int | None, output: Output, **chosen: Any) -> int:
    """List recordings, in the order of their keys.

    Each is printed as it is found, so a bucket of any size is listed in little memory. Times are UTC. A time
    range takes what may hold something of it: keys tell when the task began, the bucket when a file arrived.
    Objects whose keys are no recordings' are counted on stderr.

    Exit codes: 0 listed, 1 refused, 2 wrong option, 3 credentials, 6 no such stack, 10 no local cloud.

    \b
    Examples:
      gme-recording recordings list --app demo --user 10001
      gme-recording recordings list --stack prod --mixed --since 2026-01-31 --json
    """
    return keeping.list_(_choice(**chosen), limit, output)


@command.command("show")
@click.argument("key")
@stack_option
@output_options
def show(*, key: str, stack: str, output: Output) -> int:
    """Show what is known of one recording.

    Whose it is, how large, where, in which storage class, its checksum, and when lifecycle deletes it.

    Exit codes: 0 shown, 1 there is no such object, 2 not a recording's key, 3 credentials, 6 no such stack.

    \b
    Examples:
      gme-recording recordings show 1400000001_lobby_10001/2026-01-31-18-30-00_0_audio.mp3
      gme-recording recordings show --json 1400000001_lobby/446192236330927912_1769855400_0_audio.mp3
    """
    return keeping.show(stack, key, output)


@command.command("get")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@choice_options
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="recordings",
    show_default=True,
    help="Folder that gets the files, each under its key.",
)
@click.option(
    "--workers", type=click.IntRange(1, 32), default=4, show_default=True, help="So many files at once."
)
@output_options
def get(*, keys: tuple[str, ...], folder: Path, workers: int, output: Output, **chosen: Any) -> int:
    """Download recordings, several at once.

    The keys that are named, else everything that the options choose. A download that was interrupted goes on
    where it stopped; a file appears when it is complete and its checksum is COS's; what is there already is
    not fetched again.

    Exit codes: 0 all are there, 1 some failed, 2 wrong option or key, 3 credentials, 6 no such stack.

    \b
    Examples:
      gme-recording recordings get --room lobby --since 2026-01-31 --to evidence
      gme-recording recordings get 1400000001_lobby_10001/2026-01-31-18-30-00_0_audio.mp3
    """
    return keeping.get(_choice(**chosen), keys, folder, workers, output)


@command.command("play-url")
@click.argument("key")
@click.option(
    "--for",
    "minutes",
    type=Finite(links.SHORTEST_SECONDS / 60, links.LONGEST_SECONDS / 60),
    default=links.USUAL_SECONDS / 60,
    show_default=True,
    help="Minutes until the link expires.",
)
@stack_option
@output_options
def play_url(*, key: str, minutes: float, stack: str, output: Output) -> int:
    """Print a link that plays a recording for ten minutes.

    Whoever has the link can listen until it expires, and it cannot be taken back: send it to one person, and
    keep it out of logs. It needs no account and no software but a browser.

    Exit codes: 0 printed, 1 there is no such object, 2 not a recording's key, 3 credentials, 6 no such stack.

    \b
    Examples:
      gme-recording recordings play-url 1400000001_lobby_10001/2026-01-31-18-30-00_0_audio.mp3
      gme-recording recordings play-url --for 2 1400000001_lobby_10001/2026-01-31-18-30-00_0_audio.mp3
    """
    return keeping.play_url(stack, key, round(minutes * 60), output)


@command.command("delete")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
@click.option("--all-versions", "every_version", is_flag=True, help="With all older versions.")
@agree_option
@stack_option
@output_options
def delete(*, keys: tuple[str, ...], every_version: bool, yes: bool, stack: str, output: Output) -> int:
    """Delete recordings by their keys.

    In a bucket with versioning a deleted recording can be brought back for a while, unless --all-versions is
    given. Replicas are left alone: `erase` takes everything of a user.

    Exit codes: 0 deleted, 1 absent or refused, 2 wrong key or not agreed to, 3 credentials, 8 not agreed to.

    \b
    Examples:
      gme-recording recordings delete 1400000001_lobby_10001/2026-01-31-18-30-00_0_audio.mp3
      gme-recording recordings delete --yes --all-versions 1400000001_a_7/2026-01-31-18-30-00_0_audio.mp3
    """
    return keeping.delete(stack, keys, output, every_version=every_version, yes=yes)


@command.command("erase")
@click.option(
    "--user", "user_id", type=Id(), help="Whose recordings; without it the plan in --plan is carried out."
)
@click.option(
    "--plan",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="File for the plan; the record goes beside it, as <name>.record.json.",
)
@click.option("--plan-only", is_flag=True, help="Write and show the plan, erase nothing.")
@click.option("--app", help="The application, by name or BizId; needed if the stack has several.")
@click.option(
    "--room", "rooms", type=Id(), multiple=True, help="A room that exists and that the user was in."
)
@click.option("--numeric-users", is_flag=True, help="User ids are whole numbers: settles most doubts.")
@click.option("--include-mixed", is_flag=True, help="Erase mixed streams too, with everybody's voice.")
@click.option("--by", help="Who signs it off (default: the user of this machine).")
@agree_option
@stack_option
@output_options
def erase(*, output: Output, **wish: Any) -> int:
    """Erase everything of one user, by a plan that is shown first.

    The plan names every object, version, delete marker and replica, when lifecycle would have deleted it,
    the mixed streams that hold the user's voice and cannot be cut, what is beside them and no recording, and
    what is out of reach. What is carried out is the plan and nothing else; a record says who did it, when, by
    which plan, and what became of every key. After an interruption carry out the same plan again.

    Exit codes: 0 all is erased, 1 some is not, 2 wrong option or plan, or not agreed to, 3 credentials,
    7 erased, and something is left for a person to decide (with --plan-only: there is something to erase),
    8 not agreed to.

    \b
    Examples:
      gme-recording recordings erase --user 10001 --plan erase-10001.json --plan-only
      gme-recording recordings erase --plan erase-10001.json --by 'Data protection' --yes
    """
    return erasing.run(erasing.Wish(**wish), output)
