"""GME of both sites: `gme.tencentcloudapi.com` and `gme.intl.tencentcloudapi.com`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.localcloud.dialects import api3

if TYPE_CHECKING:
    from gme_recording.localcloud.messages import Request

GME = api3.service("gme", "2018-07-11")


def is_international(request: Request) -> bool:
    """That site serves ten of the actions only."""
    return ".intl." in request.host
