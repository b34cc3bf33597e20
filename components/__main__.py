"""Hosts `components.hosted` as a Pulumi plugin: PulumiPlugin.yaml beside this file makes the CLI start it."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Serve until the engine ends it. Where Python put this folder on its path, the project's belongs."""
    sys.path[0] = str(Path(__file__).resolve().parents[1])

    from pulumi.provider.experimental import component_provider_host  # noqa: PLC0415

    from components.hosted import RecordingEnvironment  # noqa: PLC0415

    component_provider_host([RecordingEnvironment], "gme-recording", version="0.1.0")


if __name__ == "__main__":
    main()
