"""The only writer: data to stdout, everything else to stderr; text or JSON; quiet where nobody looks."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import click

from gme_recording.cli import failure, render
from gme_recording.deploy.step import Step
from gme_recording.errors import UserError

_SPARSE_SECONDS = 20.0
"""How often a growing number is told where lines cannot be rewritten."""


@dataclass(slots=True)
class Output:
    """Where a verb's words go. It is also the watcher of deployments."""

    as_json: bool = False
    colour: bool = False
    rewrites: bool = False
    """Whether stderr is a terminal, so that a line can be written over."""
    _told: float = field(default=0.0, repr=False)

    @classmethod
    def for_terminal(cls, *, as_json: bool) -> Output:
        """Look at the process: NO_COLOR, and whether stderr is a terminal."""
        terminal = sys.stderr.isatty()
        return cls(as_json, colour=terminal and "NO_COLOR" not in os.environ, rewrites=terminal)

    def say(self, text: str) -> None:
        """One line about what is being done."""
        if not self.as_json:
            self.warn(text)

    def warn(self, text: str) -> None:
        """One line that must not be missed, not even beside JSON."""
        self._tell(render.safe(text))

    def progress(self, what: str, done: int, total: int) -> None:
        """How far something is: one line written over and over, or a line now and then."""
        if self.as_json:
            return
        text = render.safe(f"{what}: {done} of {total}")
        if self.rewrites:
            self._tell(f"\r{text}", nl=done >= total)
        elif done >= total or time.monotonic() - self._told >= _SPARSE_SECONDS:
            self._told = time.monotonic()
            self._tell(text)

    def step(self, step: Step) -> None:
        """One line for a step that has ended."""
        self.say(render.step(step))

    def show(self, text: str, data: Mapping[str, object] | Sequence[object]) -> None:
        """Print the result: the text, or the data as JSON."""
        if self.as_json:
            click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        elif text:
            click.echo(render.safe(text), color=sys.stdout.isatty() and "NO_COLOR" not in os.environ)

    def show_each(self, results: Iterable[tuple[str, Mapping[str, object]]]) -> int:
        """Print results as they come, none of them kept: a line each, or one JSON array; return how many.

        The array is whole however it ends; an error that ends it is its last member.
        """
        count = 0
        try:
            for count, (text, data) in enumerate(results, 1):
                self._show_one(text, data, first=count == 1)
        except UserError as error:
            if not (self.as_json and count):
                raise
            self._show_one("", {"error": failure.facts(error)}, first=False)
            failure.tell(error)
            raise click.exceptions.Exit(error.exit_code) from None
        finally:
            if self.as_json and count:
                click.echo("\n]")
        if self.as_json and not count:
            click.echo("[]")
        return count

    def _tell(self, text: str, *, nl: bool = True) -> None:
        """Write to stderr, if anybody is left who reads it: a deployment goes on without."""
        with suppress(OSError):
            click.echo(text, err=True, nl=nl, color=self.colour)

    def _show_one(self, text: str, data: Mapping[str, object], *, first: bool) -> None:
        if self.as_json:
            click.echo(("[\n  " if first else ",\n  ") + json.dumps(data, ensure_ascii=False), nl=False)
        else:
            click.echo(render.safe(text))
