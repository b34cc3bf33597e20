"""What is installed, found and reachable on this machine, and what to do about the rest. Looks only."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path

from components.config import parse
from gme_recording.api import credentials
from gme_recording.api.credentials import CloudKind
from gme_recording.api.rate import shared_folder
from gme_recording.deploy import cloud
from gme_recording.deploy.locks import locks
from gme_recording.deploy.toolchain.engine import Engine
from gme_recording.deploy.toolchain.find import FORCED, INSTALLED, find
from gme_recording.deploy.toolchain.version import PINNED
from gme_recording.deploy.watch import Silent
from gme_recording.errors import UserError

_PROVIDER = version("tencentcloud_iac_pulumi")
_INSTALL = f"pulumi plugin install resource tencentcloud v{_PROVIDER} --server github://api.github.com/tencentcloudstack"
_WHOLE = "install all of Pulumi: https://www.pulumi.com/docs/install"


class State(StrEnum):
    OK = "ok"
    LATER = "later"
    """Not there, and got or started by itself when it is needed."""
    MISSING = "missing"
    """Not there, and a person must act."""
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: State
    found: str
    hint: str = ""

    @property
    def missing(self) -> bool:
        return self.state is State.MISSING

    def data(self) -> dict[str, str]:
        """Return plain JSON data."""
        return {name: str(value) for name, value in asdict(self).items()}


def examine(root: Path) -> tuple[Finding, ...]:
    """Look at everything; never raises for what it finds."""
    looks: tuple[Callable[[Path], Iterable[Finding]], ...] = (
        _python, _engine, _go, _plugin, _language_host, _cloud, _stacks, _locks, _credentials, _caches,
    )  # fmt: skip
    return tuple(finding for look in looks for finding in look(root))


def render(findings: Iterable[Finding]) -> str:
    """Return a table; below each row that asks for something, what to do."""
    found = list(findings)
    width = max(len(item.what) for item in found)
    lines = []
    for item in found:
        lines.append(f"  {item.state:<7}  {item.what:<{width}}  {item.found}")
        if item.hint:
            lines.append(f"  {'':<7}  {'':<{width}}  hint: {item.hint}")
    return "\n".join(lines)


def _python(root: Path) -> Iterator[Finding]:
    inside = Path(sys.prefix).is_relative_to(root)
    yield Finding("python", State.OK, f"{platform.python_version()} ({sys.prefix})")
    if not inside:
        yield Finding("environment", State.NOTE, f"{sys.prefix} is not the project's .venv", "make up")


def _engine(root: Path) -> Iterator[Finding]:
    try:
        engine = find(root, Silent(), origins=INSTALLED)
    except UserError as error:
        if os.environ.get(FORCED):
            yield Finding("engine", State.MISSING, error.message, error.hint)
        else:
            yield Finding(
                "engine", State.LATER, f"none; `up` downloads or builds Pulumi {PINNED}", "gme-recording up"
            )
        return
    yield Finding("engine", State.OK, f"Pulumi {engine.version} at {engine.path} ({engine.origin})")
    if engine.origin != "PATH":
        yield from (Finding("engine on PATH", State.NOTE, skipped) for skipped in _skipped(root))


def _skipped(root: Path) -> Iterator[str]:
    found = INSTALLED[0](root, Silent())
    if not isinstance(found, Engine) and shutil.which("pulumi"):
        yield f"not used: {found.reason}"


def _go(root: Path) -> Iterator[Finding]:  # noqa: ARG001
    go = shutil.which("go")
    yield Finding(
        "go", State.OK if go else State.LATER, go or "none; only needed to build the engine, then got by pip"
    )


def _plugin(root: Path) -> Iterator[Finding]:  # noqa: ARG001
    """The official provider, where the engine looks for it."""
    name = f"resource-tencentcloud-v{_PROVIDER}"
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    installed = home / "plugins" / name / "pulumi-resource-tencentcloud"
    found = str(installed) if installed.exists() else shutil.which(installed.name)
    if found:
        yield Finding("provider", State.OK, found)
    else:
        yield Finding("provider", State.NOTE, f"no {name} (the local stack needs none)", _INSTALL)


def _language_host(root: Path) -> Iterator[Finding]:  # noqa: ARG001
    found = shutil.which("pulumi-language-python")
    if found:
        yield Finding("language host", State.OK, found)
    else:
        yield Finding("language host", State.NOTE, "none; only plain `pulumi` needs it", _WHOLE)


def _cloud(root: Path) -> Iterator[Finding]:
    running = cloud.status(root)
    if running:
        yield Finding("local cloud", State.OK, f"{running.url} (pid {running.pid})")
    else:
        yield Finding("local cloud", State.LATER, "not running; `up` starts it", "gme-recording cloud start")


def _stacks(root: Path) -> Iterator[Finding]:
    for file in sorted((root / "stacks").glob("Pulumi.*.yaml")):
        name = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        try:
            stack = parse.load(name, root)
        except UserError as error:
            yield Finding(
                f"stack {name}", State.MISSING, " ".join(error.message.split()), f"correct {file.name}"
            )
        else:
            yield Finding(f"stack {name}", State.OK, f"{stack.cloud}, bucket {stack.bucket}, {stack.region}")


def _locks(root: Path) -> Iterator[Finding]:
    for lock in locks(root, "*"):
        held = "held" if lock.held else "left behind; the next `up` removes it"
        yield Finding("lock", State.NOTE, f"pid {lock.pid} since {lock.since}: {held}")


def _credentials(root: Path) -> Iterator[Finding]:  # noqa: ARG001
    try:
        found = credentials.find(CloudKind.TENCENT)
    except UserError as error:
        yield Finding(
            "Tencent Cloud key", State.NOTE, f"{error.message} (the local stack needs none)", error.hint
        )
    else:
        yield Finding("Tencent Cloud key", State.OK, f"{found.secret_id[:8]}…")


def _caches(root: Path) -> Iterator[Finding]:  # noqa: ARG001
    """List what is written outside the project's folder."""
    yield Finding("turns of requests", State.NOTE, f"{shared_folder()} (shared, for the vendor's limit)")
    asked = {
        "cache of pip": [sys.executable, "-m", "pip", "cache", "dir"],
        "cache of Go modules": ["go", "env", "GOMODCACHE"],
        "cache of Go builds": ["go", "env", "GOCACHE"],
    }
    for what, command in asked.items():
        if folder := _answer(command):
            size = "" if Path(folder).exists() else " (not there yet)"
            yield Finding(what, State.NOTE, f"{folder}{size}")


def _answer(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()
