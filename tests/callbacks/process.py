"""The receiver as a process of its own: `gme-recording callbacks serve`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.callbacks.make import APP, KEY

COMMAND = (sys.executable, "-c", "from gme_recording.cli.app import main; main()", "callbacks", "serve")


@dataclass(frozen=True, slots=True)
class Process:
    process: subprocess.Popen[str]
    address: str
    log: Path


def write_keys(folder: Path, *keys: str) -> Path:
    file = folder / "keys"
    file.write_text(f"{APP} {' '.join(keys or [KEY.reveal()])}\n")
    return file


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Process]:
    """Run it on a free port with the folder's keys and database; killed at the end if it still runs."""
    log = folder / "log"
    given = ("--json", "--port", "0", "--keys", str(folder / "keys"), "--store", str(folder / "db.sqlite"))
    with (
        log.open("a") as errors,
        subprocess.Popen(
            [*COMMAND, *given, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        ) as process,
    ):
        try:
            assert process.stdout
            told = ""
            while not told.endswith("}\n"):
                line = process.stdout.readline()
                assert line, log.read_text()
                told += line
            yield Process(process, urlsplit(json.loads(told)["url"]).netloc, log)
        finally:
            process.kill()
