"""`gme-recording` with provider `gme` as a plugin of its own, as the plain `pulumi` command finds it.

Only the stand-in for the official provider is attached; `plugins:` in Pulumi.yaml leads the engine to the
executable in providers/gme.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import providers.tencentcloud
from components.config.model import Stack
from gme_recording.cli import app
from gme_recording.deploy import engine
from providers.kit.serve import serve


def main() -> None:
    """Run the command line."""
    vars(engine)["providers"] = _only_tencentcloud
    app.main()


@contextmanager
def _only_tencentcloud(_: Stack) -> Iterator[Mapping[str, str]]:
    with serve({"tencentcloud": providers.tencentcloud.provider()}) as addresses:
        yield {"PULUMI_DEBUG_PROVIDERS": addresses}
