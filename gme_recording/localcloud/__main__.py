"""The local cloud in the foreground: `python -m gme_recording.localcloud --root DIR --port N`.

`--root` is the project whose .local/cloud holds the state, `--port` one on loopback; left out, they are the
working folder, and the port of last time or a free one.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from getopt import GetoptError, getopt
from pathlib import Path

from gme_recording.localcloud import outbox
from gme_recording.localcloud.address import (
    Address,
    ca_folder_of,
    folder_of,
    last_port,
    remove_address,
    write_address,
)
from gme_recording.localcloud.assemble import local_cloud
from gme_recording.localcloud.server import Server
from gme_recording.localcloud.store import IncompatibleState

USAGE = "usage: python -m gme_recording.localcloud [--root DIR] [--port N]"


def main() -> None:
    """Serve until SIGTERM or SIGINT; exits with 1 and one line if it cannot start."""
    root, port = _options(sys.argv[1:])
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    folder_of(root).mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(_serve(root, port))
    except (IncompatibleState, PortInUse) as error:
        sys.exit(f"error: {error}")


class PortInUse(Exception):
    """Somebody else listens there."""


def _options(arguments: Sequence[str]) -> tuple[Path, int | None]:
    """Root and port; `argparse` would take a thirtieth of the whole start."""
    try:
        given, rest = getopt(arguments, "", ["root=", "port="])
        options = dict(given)
        if rest:
            raise GetoptError(f"{rest[0]} is too much")
        port = options.get("--port")
        return Path(options.get("--root", "")), None if port is None else int(port)
    except (GetoptError, ValueError) as error:
        sys.exit(f"error: {error}; {USAGE}")


async def _serve(root: Path, port: int | None) -> None:
    cloud = local_cloud(folder_of(root))
    server = Server(cloud, outbox.deliver, ca_folder_of(root))
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    try:
        url = f"http://127.0.0.1:{await _listen(server, root, port)}"
        write_address(root, Address(url, os.getpid(), datetime.now(UTC).isoformat(timespec="seconds")))
        print(f"local cloud ready at {url}, console at {url}/console", flush=True)  # noqa: T201
        await stopped.wait()
        remove_address(root)
    finally:
        await server.close()
        cloud.close()


async def _listen(server: Server, root: Path, port: int | None) -> int:
    try:
        return await server.listen(last_port(root) if port is None else port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
    if port is None:
        return await server.listen(0)
    raise PortInUse(f"port {port} is in use; name another one, or none to get a free one")


if __name__ == "__main__":
    main()
