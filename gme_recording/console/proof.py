"""What the public API can prove about the console's settings: whether recording can be started at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gme_recording.api.gme import Gme


def activated(gme: Gme, biz_id: int) -> bool:
    """Tell whether the recording service is on with the custom scope.

    Bucket and callback URL cannot be read; only a recording proves them (see `gme_recording.smoke`).
    """
    return gme.is_activated(biz_id)
