"""Who acts at the console: `python -m tests.support.by_hand <bizId> <bucket> <region> <callback URL>`."""

from __future__ import annotations

import sys
from pathlib import Path

from gme_recording.api import LocalCloud
from gme_recording.api.endpoints import local_address


def apply(console: LocalCloud, biz_id: int, bucket: str, region: str, callback_url: str) -> None:
    """Fill in the form of an application and save."""
    console.create_application(biz_id, "arena")
    shown = {"bucket": bucket, "region": region, "callbackUrl": callback_url}
    console.put_recording(biz_id, {"recording": True, "scope": "custom", **shown})


if __name__ == "__main__":
    apply(LocalCloud(local_address(Path())), int(sys.argv[1]), *sys.argv[2:])
