"""`gme-recording` against a local cloud whose console has to be filled in by a person, as the vendor's has.

`python -m tests.support.by_hand <bizId> <bucket> <region> <callback URL>` is that person.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gme_recording.api import Cloud, CloudKind, LocalCloud
from gme_recording.api.endpoints import local_address
from gme_recording.api.gme import Gme
from gme_recording.cli import app
from providers.gme import recording_settings
from providers.gme.clouds import ANY_REGION, Clouds
from providers.gme.consoles import ByHand


class _LocalClouds(Clouds):
    def gme(self, region: str | None) -> Gme:
        return Gme(Cloud.connect(CloudKind.LOCAL, region or ANY_REGION))


class _LocalByHand(ByHand):
    def __init__(self, _: Clouds) -> None:
        super().__init__(_LocalClouds())


def main() -> None:
    """Run the command line."""
    vars(recording_settings)["CONSOLES"] = {CloudKind.LOCAL: _LocalByHand}
    app.main()


def apply(console: LocalCloud, biz_id: int, bucket: str, region: str, callback_url: str) -> None:
    """Fill in the console's form and save."""
    console.create_application(biz_id, "arena")
    shown = {"bucket": bucket, "region": region, "callbackUrl": callback_url}
    console.put_recording(biz_id, {"recording": True, "scope": "custom", **shown})


if __name__ == "__main__":
    apply(LocalCloud(local_address(Path())), int(sys.argv[1]), *sys.argv[2:])
