"""`gme-recording` with an installed official provider in the place of the stand-in.

`GME_TEST_PROVIDER=<path of pulumi-resource-tencentcloud>` has the tests of the engine run with it; pages of
the documentation, and runs that are killed at a request of the provider, keep the stand-in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import providers.gme
from components.config.model import Stack
from gme_recording.api import CloudKind
from gme_recording.api.endpoints import local_address
from gme_recording.cli import app, local_cloud
from gme_recording.deploy import engine
from providers.kit.serve import serve
from tests.support.engine import PROVIDER

_LEADING = ("HTTP_PROXY", "HTTPS_PROXY", "no_proxy")
"""Variables that lead to the local cloud; of the others a test may have its own."""


def main() -> None:
    """Run the command line."""
    use()
    app.main()


def use() -> None:
    """Have the engine find the official provider where it looks for it."""
    vars(engine)["providers"] = _only_gme


@contextmanager
def _only_gme(stack: Stack) -> Iterator[Mapping[str, str]]:
    variables: dict[str, str] = {}
    if stack.cloud is CloudKind.LOCAL:
        root = Path.cwd()
        _install(root / ".local" / "pulumi-home" / "plugins" / "resource-tencentcloud-v0.2.3")
        variables = {
            name: value
            for name, value in local_cloud.environment(local_address(root), root).items()
            if name in _LEADING or (name.startswith("TENCENTCLOUD_") and name not in os.environ)
        }
    with serve({"gme": providers.gme.provider()}) as addresses:
        yield {"PULUMI_DEBUG_PROVIDERS": addresses, **variables}


def _install(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pulumi-resource-tencentcloud").unlink(missing_ok=True)
    (folder / "pulumi-resource-tencentcloud").symlink_to(PROVIDER)
