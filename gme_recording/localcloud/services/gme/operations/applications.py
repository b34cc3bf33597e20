"""Applications: made, closed and listed through the API; everything else is done in the console."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.services.gme.access import anything, application, mainland_only, own_app
from gme_recording.localcloud.services.gme.errors import (
    APP_NOT_FOUND,
    INVALID_ACTION,
    INVALID_PARAMETER,
    UNAUTHORIZED,
)
from gme_recording.localcloud.services.gme.model import MAX_ID, App, AppStatus, new_app
from gme_recording.localcloud.services.gme.routes import GME

_OPEN, _CLOSE = "open", "close"


@GME.operation("CreateApp", on=anything, refuses=(INVALID_PARAMETER,), rate=200)
def create_app(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    app_name: str,
    project_id: int = 0,
    engine_list: list[str] | None = None,  # noqa: ARG001 - no engine differs in recording
    region_list: list[str] | None = None,  # noqa: ARG001
    realtime_speech_conf: dict[str, Any] | None = None,
    voice_message_conf: dict[str, Any] | None = None,
    voice_filter_conf: dict[str, Any] | None = None,
    asr_conf: dict[str, Any] | None = None,
    tags: list[dict[str, Any]] | None = None,  # noqa: ARG001
) -> dict[str, object]:
    """The only call that ever shows the application's key. Every call makes another application."""
    if not app_name:
        raise INVALID_PARAMETER(problem="AppName is empty")
    if not 0 <= project_id <= MAX_ID:
        raise INVALID_PARAMETER(problem="ProjectId is no project's")
    speech = realtime_speech_conf or {"Status": _OPEN, "Quality": "high"}
    app = new_app(call.store, app_name, call.principal.owner_uin, created=call.now, project_id=project_id)
    call.store.add(replace(app, voice_chat=speech.get("Status", _OPEN) == _OPEN))
    return {
        "Data": {
            "BizId": app.biz_id,
            "AppName": app.name,
            "ProjectId": app.project_id,
            "SecretKey": app.secret_key,
            "CreateTime": int(app.created.timestamp()),
            "RealtimeSpeechConf": speech,
            "VoiceMessageConf": voice_message_conf or {"Status": _CLOSE, "Language": "all"},
            "VoiceFilterConf": voice_filter_conf or {"Status": _CLOSE},
            "AsrConf": asr_conf or {"Status": _CLOSE},
        }
    }


@GME.operation(
    "ModifyAppStatus", on=application, refuses=(APP_NOT_FOUND, INVALID_PARAMETER, UNAUTHORIZED), rate=1000
)
def modify_app_status(call: Call, *, biz_id: int, status: str) -> dict[str, object]:
    app = own_app(call, biz_id, absent=APP_NOT_FOUND)
    if status not in (_OPEN, _CLOSE):
        raise INVALID_PARAMETER(problem="Status is neither open nor close")
    call.store.put(replace(app, status=AppStatus.NORMAL if status == _OPEN else AppStatus.CLOSED))
    return {"Data": {"BizId": biz_id, "Status": status}}


@GME.operation("DescribeApplicationList", on=anything, refuses=(INVALID_ACTION,), rate=100)
def describe_application_list(  # noqa: PLR0913 - the vendor's parameters
    call: Call,
    *,
    project_id: int = -1,
    page_no: int = 0,
    page_size: int = 200,
    search_text: str = "",
    tag_set: list[dict[str, Any]] | None = None,  # noqa: ARG001 - applications have no tags here
    filters: list[dict[str, Any]] | None = None,  # noqa: ARG001
    new_version: int = 0,  # noqa: ARG001 - all applications are of the older version
) -> dict[str, object]:
    """Mainland site only. `Live` is the recording switch: 0 on, 1 off."""
    mainland_only(call, "DescribeApplicationList")
    found = [
        app
        for app in call.store.select(App, owner_uin=call.principal.owner_uin)
        if project_id in (-1, app.project_id) and search_text in app.name
    ]
    size = max(1, page_size)
    first = max(0, page_no) * size
    return {"ApplicationList": [_listed(app) for app in found[first : first + size]], "Total": len(found)}


def _listed(app: App) -> dict[str, object]:
    off = {"Status": 1}
    return {
        "ServiceConf": {
            "RealTimeSpeech": {"Status": int(not app.voice_chat)},
            "VoiceMessage": off,
            "Porn": off,
            "Live": {"Status": int(not app.recording)},
            "RealTimeAsr": off,
            "TextTranslate": off,
        },
        "BizId": app.biz_id,
        "AppName": app.name,
        "ProjectId": app.project_id,
        "AppStatus": app.status,
        "CreateTime": int(app.created.timestamp()),
        "AppType": 0,
    }
