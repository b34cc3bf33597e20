"""The ways to both clouds; looked for when first needed, so that a preview needs neither."""

from __future__ import annotations

from gme_recording.api.credentials import CloudKind
from gme_recording.api.endpoints import Cloud
from gme_recording.api.gme import Gme
from gme_recording.api.local import LocalCloud

ANY_REGION = "ap-guangzhou"
"""Where settings are looked up whose bucket's region is not known yet."""


class Clouds:
    """What recording settings work with."""

    def gme(self, region: str | None) -> Gme:
        """Return the client of the public GME API."""
        return Gme(Cloud.connect(CloudKind.TENCENT, region or ANY_REGION))

    def local(self) -> LocalCloud:
        """Return the client of the local cloud's own endpoints."""
        return LocalCloud(Cloud.connect(CloudKind.LOCAL, ANY_REGION).url)
