"""`gme-recording callbacks`: what GME tells about recordings, received and kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gme_recording.cli import receiving
from gme_recording.cli.options import Moment, output_options
from gme_recording.cli.output import Output

F = TypeVar("F", bound=Callable[..., Any])


store_option = click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="GME_CALLBACK_STORE",
    help="Database file (default: GME_CALLBACK_STORE, else .local/callbacks.sqlite of the project).",
)
keys_option = click.option(
    "--keys",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File of keys, one line `<BizId> <key> [<previous key>]` for each application "
    "(default: the file in GME_CALLBACK_KEYS_FILE, else the lines in GME_CALLBACK_KEYS).",
)


def selection_options(function: F) -> F:
    """Add the options that choose events."""
    for option in (
        click.option("--until", type=Moment(), help="Received before this time."),
        click.option("--since", type=Moment(), help="Received at this time or later."),
        click.option("--task", "task_id", help="Only this task."),
        click.option("--room", "room_id", help="Only this room."),
        click.option("--app", "biz_id", type=click.IntRange(1, 2**63 - 1), help="Only this BizId."),
    ):
        function = option(function)
    return function


@click.group("callbacks")
def command() -> None:
    """Receive, list and replay what GME tells about recordings.

    GME posts an event to the application's callback URL when a file is started, finished and uploaded, in any
    order, perhaps twice, perhaps never. The receiver checks signatures, keeps every event, and hands it on.

    Exit codes: 0 done, 1 not verified, 2 wrong option or key file, 10 address or database in use.

    \b
    Examples:
      gme-recording callbacks serve --forward events.jsonl
      gme-recording callbacks list --files
    """


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8480, show_default=True, help="Port; 0 for a free one."
)
@click.option("--path", default="/gme/recording", show_default=True, help="Path of the callback URL.")
@click.option(
    "--forward",
    envvar="GME_CALLBACK_FORWARD",
    help="Where events go: a URL that takes a POST, or a file that gets a line of JSON for each.",
)
@click.option(
    "--keep-days",
    type=click.IntRange(min=1),
    default=90,
    show_default=True,
    help="Forget events that wait for nothing after so many days.",
)
@keys_option
@store_option
@output_options
def serve(*, output: Output, **options: Any) -> int:
    """Receive callbacks until SIGTERM or Ctrl-C.

    Listens on loopback unless --host says otherwise: TLS is a reverse proxy's business (docs/callbacks.md).
    Answers 200 when the event is on disk. /healthz, /readyz and /metrics tell how it does. SIGHUP loads the
    keys again. Keys come from a file or the environment, never from an option. With a token in
    GME_CALLBACK_RELAY_TOKEN it tells smoke tests what came.

    Exit codes: 0 stopped, 2 wrong option or key file, 10 the address or the database is in use.

    \b
    Examples:
      gme-recording callbacks serve --keys keys.txt --forward events.jsonl
      gme-recording callbacks serve --forward http://127.0.0.1:9000/recordings --json
    """
    return receiving.serve(receiving.Serving(**options), output)


@command.command("list")
@selection_options
@click.option(
    "--state",
    type=click.Choice(["kept", "queued", "done", "dead"]),
    help="Only events that are so far on their way to --forward.",
)
@click.option("--files", is_flag=True, help="One line for each file: how far it is, what was not heard.")
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
@store_option
@output_options
def list_(*, store: Path | None, files: bool, limit: int, output: Output, **chosen: Any) -> int:
    """Show received events, the latest first.

    With --files the events are put together: whatever their order, a file is as far as the furthest event
    says, and events that must have been lost are named.

    Exit codes: 0 shown, 2 wrong option, 10 no database.

    \b
    Examples:
      gme-recording callbacks list --app 1400000001 --since 2026-01-31
      gme-recording callbacks list --files --room lobby --json
    """
    return receiving.show(store, receiving.selection(**chosen), output, files=files, limit=limit)


@command.command("replay")
@selection_options
@click.option("--all", "all_states", is_flag=True, help="Every event of the range, not only dead letters.")
@store_option
@output_options
def replay(*, store: Path | None, all_states: bool, output: Output, **chosen: Any) -> int:
    """Queue events again: the dead letters, or with --all everything in the range.

    The running receiver hands them over at once, otherwise the next one does. An event keeps its id, so a
    sink can tell what it has seen.

    Exit codes: 0 queued (or nothing to queue), 2 wrong option, 10 no database.

    \b
    Examples:
      gme-recording callbacks replay
      gme-recording callbacks replay --all --since 2026-01-31T08:00 --until 2026-01-31T09:00
    """
    state = None if all_states else "dead"
    return receiving.replay(store, receiving.selection(**chosen, state=state), output)


@command.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--signature", required=True, help="What the header Signature held.")
@keys_option
@output_options
def verify(*, file: Any, signature: str, keys: Path | None, output: Output) -> int:
    """Check a body against its signature, as the receiver would.

    FILE holds the raw body, byte for byte; - is standard input. Says which application's key signed it,
    whether that is the current or the previous one, and what the event is.

    Exit codes: 0 verified, 1 not verified or no event, 2 wrong option or key file.

    \b
    Examples:
      gme-recording callbacks verify body.json --signature 'kPhZ6o3yY0xT9k1YyqD0wzYk2dM='
      gme-recording callbacks verify - --signature 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b --json
    """
    return receiving.verify(file.read(), signature, keys, output)
