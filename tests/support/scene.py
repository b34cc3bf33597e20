"""Recordings for documentation to speak of: `python -m tests.support.scene` has players talk in two rooms."""

from __future__ import annotations

import time
from pathlib import Path

from gme_recording.api import Cloud, CloudKind, LocalCloud
from gme_recording.api.gme import Gme, RecordMode

BIZ_ID = 1400000001
MIXED_AND_SINGLE = ("lobby", "10001", RecordMode.BOTH)
SINGLE = ("red_team", "7", RecordMode.SINGLE)


def main() -> None:
    """Record a second of each room, and wait for the files."""
    cloud = Cloud.connect(CloudKind.LOCAL, "ap-guangzhou", Path())
    players, gme = LocalCloud(cloud.url), Gme(cloud)
    tasks = []
    for room, player, mode in (MIXED_AND_SINGLE, SINGLE):
        players.join(BIZ_ID, room, player)
        tasks.append(gme.start_record(BIZ_ID, room, mode))
    time.sleep(1.5)
    for task in tasks:
        gme.stop_record(BIZ_ID, task)
    time.sleep(1)


if __name__ == "__main__":
    main()
