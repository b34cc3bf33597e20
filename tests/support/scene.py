"""Recordings for documentation to speak of: `python -m tests.support.scene` has two players talk in a room."""

from __future__ import annotations

import time
from pathlib import Path

from gme_recording.api import Cloud, CloudKind, LocalCloud
from gme_recording.api.gme import Gme, RecordMode

BIZ_ID = 1400000001
ROOM = "lobby"


def main() -> None:
    """Record a second of both players, mixed and single, and wait for the files."""
    cloud = Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", Path())
    players, gme = LocalCloud(cloud.url), Gme(cloud)
    for player in ("10001", "10002"):
        players.join(BIZ_ID, ROOM, player)
    task = gme.start_record(BIZ_ID, ROOM, RecordMode.BOTH)
    time.sleep(1)
    gme.stop_record(BIZ_ID, task)
    time.sleep(1)


if __name__ == "__main__":
    main()
