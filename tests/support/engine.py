"""A project of one's own for tests of the real engine: the program and its stack files in a fresh folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from gme_recording.api import Cloud, CloudKind, LocalCloud
from gme_recording.deploy import cloud as local
from gme_recording.deploy.lookup import BUCKET, LINKED_ROLE, POLICY, finder
from gme_recording.errors import ExitCode

ROOT = Path(__file__).parents[2]
_COPIED = ("Pulumi.yaml", "__main__.py", "stacks")
_LINKED = ("components", "gme_recording", "providers", ".tools")
_FOREIGN = (
    "PULUMI",
    "TENCENTCLOUD",
    "GME_RECORDING",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
PROVIDER = os.environ.get("GME_TEST_PROVIDER", "")
"""Path of an official provider to test with; mostly empty, then the stand-in is in its place."""
PROGRAM = "tests.support.installed" if PROVIDER else "gme_recording.cli.app"
"""What runs the command line."""
DEADLINE_SECONDS = 120
BIZ_ID = 1400000001
"""Application of stack `local`."""
CHANGES = (
    ("cos", "Put*"), ("cos", "Delete*"), ("cam", "Create*"), ("cam", "Update*"), ("cam", "Delete*"),
)  # fmt: skip
DENIED = {"code": "AccessDenied", "status": 403}
NAMES = {
    BUCKET: {"bucket": "voice-local-1250000000"},
    LINKED_ROLE: {},
    POLICY: {"name": "voice-local-1250000000-recorder"},
}
"""What stack `local` makes that exists only once, as it is looked up."""


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def shown(self) -> str:
        """As on a terminal: progress, then the result."""
        return self.err + self.out

    def data(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Project:
    """A copy of the project in a folder of its own, with its own local cloud and state."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Project:
        for name in _COPIED:
            (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
        for name in _LINKED:
            (folder / name).symlink_to(ROOT / name)
        return cls(folder)

    def go_on_from(self, deployment: Path) -> None:
        """Take over what another project has deployed, its state and its cloud (`.local`)."""
        shutil.copytree(deployment, self.root / ".local")
        (self.root / ".local" / "cloud" / "port").unlink()
        local.start(self.root)

    def run(self, *arguments: str, program: str = PROGRAM, **environment: str) -> Ran:
        """Run `gme-recording` as a process of its own."""
        command = [sys.executable, "-c", f"from {program} import main; main()", *arguments]
        ended = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def done(self, *arguments: str, **environment: str) -> Ran:
        """Run `gme-recording` and expect success."""
        ran = self.run(*arguments, **environment)
        assert ran.code == ExitCode.OK, f"{arguments} ended with {ran.code}\n{ran.out}\n{ran.err}"
        return ran

    def environment(self, **more: str) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        return {**own, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **more}

    def edit(self, old: str, new: str, stack: str = "local") -> None:
        """Change the stack file as an operator would."""
        file = self.root / "stacks" / f"Pulumi.{stack}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    @contextmanager
    def fault(self, **rule: object) -> Iterator[None]:
        """Have the local cloud refuse the calls that a rule is about (`POST /admin/faults`)."""
        self._admin("POST", {"effect": "error", **rule})
        try:
            yield
        finally:
            self._admin("DELETE", {})

    def _admin(self, method: str, body: dict[str, object]) -> None:
        connection = HTTPConnection(self.cloud.url.removeprefix("http://"), timeout=DEADLINE_SECONDS)
        connection.request(method, "/admin/faults", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        connection.close()

    @property
    def console(self) -> LocalCloud:
        """The local console, and what the local cloud offers besides."""
        address = local.status(self.root)
        assert address is not None
        return LocalCloud(address.url)

    @property
    def cloud(self) -> Cloud:
        return Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", self.root)

    def existing(self) -> dict[str, str | None]:
        """Ids of what exists only once, by type; None where it does not exist."""
        find = finder(self.cloud)
        return {token: find(token, inputs) for token, inputs in NAMES.items()}

    @contextmanager
    def untouched(self) -> Iterator[None]:
        """Have the local cloud refuse every change by a vendor's API, and find the console as it was."""
        before = self.console.recording(BIZ_ID)
        for service, actions in {
            "cos": ("Put*", "Delete*"),
            "cam": ("Create*", "Update*", "Delete*"),
        }.items():
            for action in actions:
                self._admin("POST", {"effect": "error", "service": service, "action": action, **DENIED})
        try:
            yield
        finally:
            self._admin("DELETE", {})
        assert self.console.recording(BIZ_ID) == before

    def forget(self) -> None:
        """Lose the state of every stack; what is in the cloud stays."""
        shutil.rmtree(self.root / ".local" / "state")

    def close(self) -> None:
        local.stop(self.root)
