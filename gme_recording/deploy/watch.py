"""Who looks on while something takes its time: the seam between deploying and showing."""

from __future__ import annotations

from typing import Protocol

from gme_recording.deploy.step import Step


class Watcher(Protocol):
    """Hears what is going on. Nothing it does changes the outcome."""

    def say(self, text: str) -> None:
        """One line about what is being done."""

    def progress(self, what: str, done: int, total: int) -> None:
        """How far something is; called often, the last time with `done == total`."""

    def step(self, step: Step) -> None:
        """A step of the engine on one resource has ended."""


class Silent:
    """Looks on without a word."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def progress(self, what: str, done: int, total: int) -> None:
        """Say nothing."""

    def step(self, step: Step) -> None:
        """Say nothing."""
