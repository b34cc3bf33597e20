"""Get the engine by Pulumi's official download, given up quickly where there is no way out."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from gme_recording.deploy.toolchain.engine import Engine, NotFound, kept_path
from gme_recording.deploy.toolchain.keep import growing
from gme_recording.deploy.toolchain.version import PINNED
from gme_recording.deploy.watch import Watcher

INSTALLER = "https://get.pulumi.com/install.sh"
ANSWER_SECONDS = 4
"""How long the installer's address may take to answer."""
DOWNLOAD_SECONDS = 600

_INSTALL = """
import sys
from pulumi.automation import PulumiCommand
from semver import VersionInfo
PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))
"""


def download(root: Path, watcher: Watcher) -> Engine | NotFound:
    """Let `pulumi.automation.PulumiCommand.install` fetch the pinned version into `.tools/`."""
    if reason := _unreachable(INSTALLER):
        return NotFound("download", reason)
    watcher.say(f"engine: downloading Pulumi {PINNED} from get.pulumi.com")
    with growing(root) as folder:
        try:
            # In a process of its own: the installer starts a shell script that has no time limit.
            subprocess.run(  # noqa: S603
                [sys.executable, "-c", _INSTALL, str(folder), str(PINNED)],
                capture_output=True,
                text=True,
                timeout=DOWNLOAD_SECONDS,
                check=True,
            )
        except subprocess.TimeoutExpired:
            return NotFound("download", f"not finished after {DOWNLOAD_SECONDS} seconds")
        except subprocess.CalledProcessError as error:
            return NotFound("download", _last_line(error.stderr) or "the installer failed")
    return Engine(kept_path(root), PINNED, "download")


def _unreachable(url: str) -> str:
    """Say why an address cannot be fetched; empty if it can. Proxies of the environment are used."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS):  # noqa: S310
            return ""
    except (OSError, ValueError) as error:
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        return f"get.pulumi.com cannot be reached ({cause})"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
