"""The engine's process: one call of the CLI per verb, stopped gently, its answer kept."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from pulumi.automation import CommandError, CommandResult, OnOutput, PulumiCommand
from semver import VersionInfo

from gme_recording.deploy.toolchain.engine import Engine


class EngineFailed(CommandError):
    """The CLI ended with another code than 0."""

    def __init__(self, result: CommandResult, interrupts: int) -> None:
        super().__init__(result)
        self.result = result
        self.interrupts = interrupts
        """How often somebody has asked it to end."""


class Command(PulumiCommand):
    """Runs an engine whose version is known, in a process group of its own.

    The first Ctrl-C asks the engine to finish what it has begun (this process goes on serving providers
    meanwhile), the second to stop at once.
    """

    def __init__(self, engine: Engine, interrupting: Callable[[], None]) -> None:  # no check: no process
        self.command = str(engine.path)
        self.version = VersionInfo(engine.version.major, engine.version.minor, engine.version.patch)
        self._interrupting = interrupting

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run the CLI to its end; raises EngineFailed."""
        environment = {**os.environ, **additional_env, "PULUMI_AUTOMATION_API": "true"}
        environment["PATH"] = os.pathsep.join((str(Path(self.command).parent), environment.get("PATH", "")))
        process = subprocess.Popen(  # noqa: S603
            [self.command, "--non-interactive", *args],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        stdout, stderr = _Reader(process.stdout, on_output), _Reader(process.stderr, on_error)
        interrupts = self._wait(process)
        result = CommandResult(stdout.text(), stderr.text(), process.returncode)
        if process.returncode:
            raise EngineFailed(result, interrupts)
        return result

    def _wait(self, process: subprocess.Popen[str]) -> int:
        interrupts = 0
        while True:
            try:
                process.wait()
            except KeyboardInterrupt:
                interrupts += 1
                process.send_signal(signal.SIGINT if interrupts < 3 else signal.SIGKILL)
                if interrupts == 1:
                    self._interrupting()
            else:
                return interrupts


class _Reader(threading.Thread):
    """Collects a stream, line by line."""

    def __init__(self, stream: IO[str], hear: OnOutput | None) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._hear = hear
        self._lines: list[str] = []
        self.start()

    def run(self) -> None:
        with self._stream:
            for line in self._stream:
                self._lines.append(line.rstrip())
                if self._hear:
                    self._hear(self._lines[-1])

    def text(self) -> str:
        """Wait for the end of the stream, which a plugin that outlives the engine may hold open."""
        self.join(timeout=5)
        return "\n".join(self._lines)
