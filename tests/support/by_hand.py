"""What a person makes in the vendor's consoles, by the vendor's SDK."""

from __future__ import annotations

from gme_recording.api import Cloud
from gme_recording.api.retry import Repeat
from gme_recording.api.vendor import Service

GAME_MEDIA = "gamemedia.gme.cloud.tencent.com"


def service_linked_role(cloud: Cloud) -> None:
    """Accept the console's pop-up that lets GME write to COS."""
    Service(cloud, "cam").call("CreateServiceLinkedRole", {"QCSServiceName": [GAME_MEDIA]}, Repeat.HARMFUL)
