"""Settings of the local cloud's console, which has an endpoint for what a person does in the real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gme_recording.console.settings import Settings

if TYPE_CHECKING:
    from gme_recording.api.local import LocalCloud


def apply(cloud: LocalCloud, settings: Settings) -> None:
    """Save the settings; ApiError if the console would refuse them (role, bucket, URL)."""
    wanted = settings.data()
    del wanted["bizId"]
    cloud.put_recording(settings.biz_id, wanted)


def read(cloud: LocalCloud, biz_id: int) -> Settings:
    """Return what the local console shows for an application."""
    shown = cloud.recording(biz_id)
    return Settings(
        biz_id=biz_id,
        recording=bool(shown["recording"]),
        scope=str(shown["scope"]),
        bucket=str(shown["bucket"] or ""),
        region=str(shown["region"] or ""),
        callback_url=str(shown["callbackUrl"] or ""),
    )
