"""The console's deeds for programs."""

from __future__ import annotations

from dataclasses import asdict

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import camel
from gme_recording.localcloud.services.console import account, settings
from gme_recording.localcloud.services.console.errors import (
    BUCKET_NOT_FOUND,
    INVALID_MODE,
    INVALID_SCOPE,
    INVALID_URL,
    NO_BUCKET,
    NOT_ALLOW_LISTED,
    NOT_AUTHORIZED,
    UNKNOWN_APPLICATION,
    VOICE_CHAT_OFF,
)
from gme_recording.localcloud.services.console.routes import CONSOLE
from gme_recording.localcloud.services.console.settings import Settings
from gme_recording.localcloud.services.gme.model import Mode, Scope

RECORDING = "/console/api/applications/{biz_id}/recording"
SAVING = (
    UNKNOWN_APPLICATION,
    INVALID_MODE,
    INVALID_SCOPE,
    INVALID_URL,
    BUCKET_NOT_FOUND,
    VOICE_CHAT_OFF,
    NOT_ALLOW_LISTED,
    NOT_AUTHORIZED,
    NO_BUCKET,
)


@CONSOLE.operation("GetRecording", match=f"GET {RECORDING}", refuses=(UNKNOWN_APPLICATION,))
def get_recording(call: Call, *, biz_id: int) -> dict[str, object]:
    return _as_json(settings.of(settings.get_app(call, biz_id)))


@CONSOLE.operation("PutRecording", match=f"PUT {RECORDING}", refuses=SAVING)
def put_recording(  # noqa: PLR0913 - the settings of the page
    call: Call,
    *,
    biz_id: int,
    recording: bool,
    scope: str = "custom",
    full_mode: int = Mode.MIXED,
    bucket: str = "",
    region: str = "",
    callback_url: str = "",
) -> dict[str, object]:
    """Save. Without the service-linked role the answer is NotAuthorized, where a person sees the pop-up."""
    wanted = Settings(
        recording=recording,
        scope=scope,
        full_mode=full_mode,
        bucket=bucket,
        region=region,
        callback_url=callback_url,
    )
    return _as_json(settings.of(settings.save(call, settings.get_app(call, biz_id), wanted)))


@CONSOLE.operation("Grant", match="POST /console/api/grant")
def grant(call: Call) -> dict[str, bool]:
    """Confirm the pop-up: the account gets the service-linked role."""
    account.grant(call)
    return {"ok": True}


def _as_json(found: Settings) -> dict[str, object]:
    values = asdict(found)
    if found.scope != Scope.FULL:
        del values["full_mode"]
    return {camel(name): value for name, value in values.items()}
