#!/usr/bin/env python3
"""Write the preview of a stack as `pulumi preview --json --show-sames` does, to stdout: `preview.py STACK`.

It needs no language host, so the engine that was built from its modules makes it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gme_recording.cli.output import Output
from gme_recording.deploy.session import prepare
from gme_recording.errors import UserError


def main(stack: str) -> int:
    """Return 0, or the exit code of what went wrong; the message goes to stderr."""
    try:
        digest = prepare(stack, Path.cwd(), Output()).digest()
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    json.dump(digest, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
