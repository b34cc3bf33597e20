"""Where a project keeps its local cloud, and where that answers while it runs.

Everything lies in `<root>/.local/cloud`: the state, `log.txt`, and `address.json` as long as the process
runs.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Address:
    """Where a local cloud answers."""

    url: str
    pid: int
    started: str
    """ISO time."""


def folder_of(root: Path) -> Path:
    """The state's folder of the project in `root`."""
    return root / ".local" / "cloud"


def ca_folder_of(root: Path) -> Path:
    """The folder of its certificate authority."""
    return folder_of(root) / "ca"


def read_address(root: Path) -> Address | None:
    try:
        found = json.loads((folder_of(root) / "address.json").read_text())
        return Address(str(found["url"]), int(found["pid"]), str(found["started"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_address(root: Path, address: Address) -> None:
    """All at once, so that whoever reads it reads all of it. The port is kept for next time."""
    folder = folder_of(root)
    draft = folder / f"address.{address.pid}"
    draft.write_text(json.dumps(asdict(address)))
    draft.replace(folder / "address.json")
    (folder / "port").write_text(address.url.rpartition(":")[2])


def remove_address(root: Path) -> None:
    (folder_of(root) / "address.json").unlink(missing_ok=True)


def last_port(root: Path) -> int:
    """The port of last time; 0 if there was none."""
    try:
        return int((folder_of(root) / "port").read_text())
    except (OSError, ValueError):
        return 0
