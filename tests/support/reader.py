"""Someone who follows a page of the documentation, command by command.

`python -m tests.support.reader docs/<page>.md` does so and writes what the commands print into the page.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.support import rehearsal
from tests.support.docs import Block, Command, Page, agrees
from tests.support.engine import DEADLINE_SECONDS, ROOT, Project

_IN_ONE_SHELL = """
set -a
[ -f '{folder}/variables' ] && . '{folder}/variables'
trap 'export -p > "{folder}/variables"' EXIT
{command}
"""
_COMMAND = """#!/bin/sh
exec '{python}' -c "from gme_recording.cli.app import main; main()" "$@"
"""
_PATIENCE = 200
"""Tenths of a second that what runs in the background has for its first words."""


@dataclass(slots=True)
class Reader:
    """Someone who follows a page in a project of their own, with its own local cloud and state."""

    project: Project
    page: Page
    _environment: dict[str, str] = field(default_factory=dict)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("docs", "packaging", "tests"):
            (self.project.root / name).symlink_to(ROOT / name)
        without = shutil.ignore_patterns(".venv", "__pycache__")
        shutil.copytree(ROOT / "policy", self.project.root / "policy", ignore=without)
        self._private.mkdir()
        command = self._private / "gme-recording"
        command.write_text(_COMMAND.format(python=sys.executable))
        command.chmod(0o755)
        folders = [str(self._private), str(Path(sys.executable).parent), os.environ["PATH"]]
        variables = {"COLUMNS": "110", "PYTHONUNBUFFERED": "1", "USER": "operator", "LOGNAME": "operator"}
        if self.page.account:
            folders.insert(0, str(rehearsal.engine().parent))
            variables |= rehearsal.begin(self.project, self.page.account)
        self._environment = self.project.environment(PATH=os.pathsep.join(folders), **variables)

    @property
    def _private(self) -> Path:
        return self.project.root / ".reader"

    def follow(self) -> Iterator[tuple[Block, Command, str]]:
        """Run every command of the page in order; yields what each printed."""
        for block in self.page.to_run:
            *before, last = block.commands
            for command in before:
                yield block, command, self._told(block, command, 0)
            if "background" in block.info.split():
                yield block, last, self._begun(last)
            else:
                yield block, last, self._told(block, last, block.exit_code)

    def close(self) -> None:
        for process in self._running:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=20)
        self.project.close()

    def _told(self, block: Block, command: Command, expected: int) -> str:
        process = self._begin(command.text, subprocess.PIPE)
        try:
            output, _ = process.communicate(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        printed = self._for_readers(output.decode())
        where = f"{self.page.path.name}:{block.line}: $ {command.text}"
        assert process.returncode == expected, f"{where}\nended with {process.returncode}\n{printed}"
        return printed

    def _begun(self, command: Command) -> str:
        """Start what runs until the end of the page; wait for what it is said to print."""
        log = self._private / f"background-{len(self._running)}"
        with log.open("wb") as output:
            process = self._begin(f"exec {command.text}", output)
        self._running.append(process)
        for _ in range(_PATIENCE):
            printed = self._for_readers(log.read_text(encoding="utf-8"))
            if agrees(command.shown, printed) or process.poll() is not None:
                break
            time.sleep(0.1)
        return printed

    def _begin(self, command: str, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["bash", "-c", _IN_ONE_SHELL.format(folder=self._private, command=command)],
            cwd=self.project.root,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _for_readers(self, printed: str) -> str:
        """What was printed as it would have been in the reader's own folder."""
        return printed.replace(f"{self.project.root}/", "").replace(str(ROOT) + "/", "")


def renewed(page: Page) -> str:
    """The page's text with what its commands print today; what agrees stays as it is written."""
    text = page.text
    told: dict[Block, list[tuple[Command, str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Project.at(Path(folder)), page)
        try:
            if page.deployed:
                reader.project.done("up")
            for block, command, printed in reader.follow():
                shown = command.shown if agrees(command.shown, printed) else printed.strip("\n") + "\n"
                told.setdefault(block, []).append((command, shown))
        finally:
            reader.close()
    for block, commands in sorted(told.items(), key=lambda item: -item[0].start):
        if block.compared:
            body = "".join(f"$ {_indented(command.text)}\n{shown}" for command, shown in commands)
            text = text[: block.start] + body + text[block.start + len(block.body) :]
    return text


def _indented(command: str) -> str:
    return command.replace("\n", "\n> ")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        page = Page(Path(argument).resolve())
        new = renewed(page)
        page.path.write_text(new, encoding="utf-8")
