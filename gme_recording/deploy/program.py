"""`__main__.py` as the inline program of the Automation API."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pulumi

from gme_recording.errors import UserError


@dataclass(slots=True)
class Program:
    """Runs a project's `__main__.py` as Pulumi's own executor would: in its folder, which is importable."""

    root: Path
    before: Callable[[], None] = lambda: None
    """Called first, with the engine connected: to register transforms."""
    refused: list[UserError] = field(default_factory=list)
    """What the program raised for a person to put right; the engine only sees its text."""

    def __call__(self) -> None:
        if str(self.root) not in sys.path:
            sys.path.insert(0, str(self.root))
        os.chdir(self.root)
        try:
            self.before()
            runpy.run_path(str(self.root / "__main__.py"), run_name="__main__")
        except (UserError, pulumi.RunError) as error:
            cause = error if isinstance(error, UserError) else error.__context__
            if isinstance(cause, UserError):
                self.refused.append(cause)
            raise
