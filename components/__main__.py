"""Hosts `components.hosted` as a Pulumi plugin: PulumiPlugin.yaml beside this file makes the CLI start it."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Serve until the engine ends it. Where Python put this folder on its path, the project's belongs."""
    sys.path[0] = str(Path(__file__).resolve().parents[1])

    from pulumi.provider import main as serve  # noqa: PLC0415

    from components.hosted import Components  # noqa: PLC0415

    serve(Components(), sys.argv[1:])


if __name__ == "__main__":
    main()
