"""The recording switch and settings of one application, and what the console checks before it saves them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gme_recording.localcloud.services.console import account
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
from gme_recording.localcloud.services.gme import tasks
from gme_recording.localcloud.services.gme.model import App, Mode, Scope, Task

if TYPE_CHECKING:
    from gme_recording.localcloud.cloud import Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    recording: bool
    scope: str = Scope.CUSTOM
    full_mode: int = Mode.MIXED
    """What full recording makes (607/53747)."""
    bucket: str = ""
    region: str = ""
    callback_url: str = ""


def of(app: App) -> Settings:
    return Settings(
        recording=app.recording,
        scope=app.scope,
        full_mode=app.full_mode,
        bucket=app.bucket,
        region=app.region,
        callback_url=app.callback_url,
    )


def get_app(call: Call, biz_id: int) -> App:
    app = call.store.find(App, biz_id=biz_id)
    if not app:
        raise UNKNOWN_APPLICATION(biz_id=biz_id)
    return app


def save(call: Call, app: App, wanted: Settings) -> App:
    """Apply all five or none; raises CloudError for what the console refuses.

    Switching the service off ends the running tasks: what the vendor does with them is not documented.
    """
    _check_values(call, app, wanted)
    if wanted.recording:
        _check_activation(call, app, wanted)
    saved = replace(
        app,
        recording=wanted.recording,
        scope=Scope(wanted.scope),
        full_mode=Mode(wanted.full_mode),
        bucket=wanted.bucket,
        region=wanted.region,
        callback_url=wanted.callback_url,
    )
    call.store.put(saved)
    if app.recording and not wanted.recording:
        for task in call.store.select(Task, biz_id=app.biz_id, ended=None):
            tasks.end(call, task)
    return saved


def _check_values(call: Call, app: App, wanted: Settings) -> None:
    if wanted.scope not in list(Scope):
        raise INVALID_SCOPE(scope=wanted.scope)
    if wanted.full_mode not in list(Mode):
        raise INVALID_MODE(mode=wanted.full_mode)
    if wanted.callback_url and not _is_http(wanted.callback_url):
        raise INVALID_URL(url=wanted.callback_url)
    bound = wanted.recording or (wanted.bucket, wanted.region) != (app.bucket, app.region)
    if bound and wanted.bucket and not account.has_bucket(call, wanted.bucket, wanted.region):
        raise BUCKET_NOT_FOUND(bucket=wanted.bucket, region=wanted.region or "any region")


def _check_activation(call: Call, app: App, wanted: Settings) -> None:
    if not app.voice_chat:
        raise VOICE_CHAT_OFF(biz_id=app.biz_id)
    if not app.allow_listed:
        raise NOT_ALLOW_LISTED(biz_id=app.biz_id)
    if not account.has_granted(call):
        raise NOT_AUTHORIZED(role=tasks.ROLE)
    if not wanted.bucket:
        raise NO_BUCKET(biz_id=app.biz_id)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and url.isascii()
            and url.isprintable()
            and " " not in url
        )
    except ValueError:
        return False
