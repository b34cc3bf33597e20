"""The command `gme-recording`: a table of verbs, each loaded when it is called."""

from __future__ import annotations

import importlib
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from gme_recording.cli import failure
from gme_recording.errors import ExitCode

VERBS = {
    "up": "Deploy a stack, then prove it by recording in it.",
    "preview": "Show what `up` would change; with --refresh also what has drifted.",
    "refresh": "Take what the cloud is like into the state.",
    "destroy": "Delete what a stack has created.",
    "output": "Print a stack's outputs.",
    "smoke": "Run the smoke test of a deployed stack.",
    "retention": "Draw how long recordings stay, where, and what COS bills at least.",
    "cost": "Estimate what recordings cost, month by month.",
    "drift": "Find what differs from what is declared, and who should do what.",
    "runbook": "What to set in the GME console, field by field.",
    "settings": "What is declared, confirmed and proved of the console settings, side by side.",
    "confirm": "Note in the stack file that the console shows the declared settings.",
    "cloud": "Start, stop and inspect the local Tencent Cloud.",
    "record": "Start, change, stop and watch recordings.",
    "callbacks": "Receive, list and replay what GME tells about recordings.",
    "recordings": "List, download, share and erase recordings.",
    "review": "Write what a pull request would do, for its reviewer.",
    "reconcile": "Compare tasks, callbacks and bucket: what is lost, late or unexpected.",
    "adopt": "Take over a set-up that records already, without touching it.",
    "doctor": "What is installed, found and reachable, and what to do.",
}
"""Verb → its line in the help. The code is `gme_recording.cli.verbs.<verb>.command`."""


class LazyGroup(click.Group):
    """Imports a verb's module only when that verb is asked for: help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"gme_recording.cli.verbs.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="gme-recording", message="%(version)s")
def cli() -> None:
    """Provision Tencent Cloud GME server-side recording, one stack per environment.

    A stack is a file stacks/Pulumi.<stack>.yaml. The stack `local` needs no account: it is deployed to a
    Tencent Cloud that runs on this machine. Run a verb anywhere inside the project's folder.

    \b
    gme-recording up                       deploy the local stack
    gme-recording preview --stack prod     see what a deployment would change
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with one of the codes of `ExitCode`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with _interruptible():
        code = run(given)
    if code == ExitCode.CANCELLED:  # what is still being taken back is broken off by one more Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(code)


def run(arguments: list[str], **extra: Any) -> int:
    """Run one command; return its exit code. Errors are told on stderr, with --json also on stdout."""
    with failure.told(as_json="--json" in arguments) as ended:
        code = cli.main(arguments, prog_name="gme-recording", standalone_mode=False, **extra)
        ended.code = code if isinstance(code, int) else 0
    return ended.code


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP interrupt as Ctrl-C does: a CI that cancels leaves no recording running.

    Each does it once: `timeout` sends its signal twice, and the second one shall not break off the clean-up.
    What the process was started to ignore (`nohup`) stays ignored; verbs that serve have their own handlers.
    """

    def interrupt(number: int, _: object) -> None:
        signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    ends = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for number in ends:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in ends:
            signal.signal(number, signal.SIG_DFL)
