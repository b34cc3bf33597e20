"""The console's pages."""

from __future__ import annotations

from functools import cache

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import see_other
from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.services.console import account, recording_section, sections
from gme_recording.localcloud.services.console.errors import UNKNOWN_APPLICATION, UNKNOWN_FILE
from gme_recording.localcloud.services.console.markup import read, render, render_all
from gme_recording.localcloud.services.console.page import (
    Extras,
    Notice,
    good,
    moment,
    nothing_yet,
    on_off,
    page,
)
from gme_recording.localcloud.services.console.recording_section import Form
from gme_recording.localcloud.services.console.routes import CONSOLE
from gme_recording.localcloud.services.console.settings import get_app
from gme_recording.localcloud.services.gme.model import App, File, Task

LOG_ROWS = 100
_DONE = {"saved": "Saved.", "joined": "Joined.", "left": "Left.", "created": "Created."}
_OF_AN_OBJECT = frozenset({"content-length", "content-range", "accept-ranges", "etag", "last-modified"})


@CONSOLE.operation("ShowRoot", match="GET /")
def show_root(call: Call) -> Response:  # noqa: ARG001 - an operation's first parameter
    """Who types the bare address means the console."""
    return see_other("/console")


@CONSOLE.operation("ShowApplications", match="GET /console")
def show_applications(call: Call) -> Response:
    rows = (
        {
            "biz_id": app.biz_id,
            "name": app.name,
            "voice_chat": on_off(app.voice_chat),
            "recording": "Enabled" if app.recording else "Disabled",
            "state": good(app.recording),
        }
        for app in call.store.select(App)
    )
    body = render("applications", rows=render_all("application-row", rows) or nothing_yet("None yet."))
    return page(call, "Service Management", body, "/console")


@CONSOLE.operation(
    "ShowApplication", match="GET /console/applications/{biz_id}", refuses=(UNKNOWN_APPLICATION,)
)
def show_application(call: Call, *, biz_id: int, modify: bool = False, done: str = "") -> Response:
    app = get_app(call, biz_id)
    form = Form.of(app) if modify else None
    notice = Notice(_DONE[done]) if done in _DONE else None
    return details(call, app, form, Extras(notice=notice))


def details(call: Call, app: App, form: Form | None, extras: Extras) -> Response:
    """The application's page; with a form its recording section is being modified."""
    section = recording_section.editable(call, app, form) if form else recording_section.shown(call, app)
    body = render(
        "details",
        name=app.name,
        biz_id=app.biz_id,
        status=app.status.name.capitalize(),
        voice_chat=on_off(app.voice_chat),
        secret_key=app.secret_key,
        recording=section,
        rooms=sections.rooms(call, app),
        tasks=sections.tasks(call, app),
        files=sections.files(call, app),
        callbacks=sections.callbacks(call, app),
    )
    return page(call, app.name, body, f"/console/applications/{app.biz_id}", extras)


@CONSOLE.operation("ShowRequests", match="GET /console/requests")
def show_requests(call: Call) -> Response:
    seen = [one for one in reversed(call.cloud.seen) if one.service != CONSOLE.name][:LOG_ROWS]
    rows = (
        {
            "at": moment(one.at),
            "operation": f"{one.service}:{one.operation}",
            "status": f"{one.status} {one.code}" + (f" (fault {one.fault})" if one.fault else ""),
            "state": "bad" if one.code or one.fault else "good",
            "principal": one.principal,
            "took": f"{one.milliseconds:.1f}",
            "request_id": one.request_id,
        }
        for one in seen
    )
    table = render_all("request-row", rows) or nothing_yet("No request yet.")
    return page(call, "Request log", render("requests", rows=table, count=len(seen)), "/console/requests")


@CONSOLE.operation(
    "PlayFile", match="GET /console/applications/{biz_id}/audio", refuses=(UNKNOWN_APPLICATION, UNKNOWN_FILE)
)
def play_file(call: Call, *, biz_id: int, task_id: int, serial: int, stream: str = "") -> Response:
    """The recording, read from the bucket as the account's owner; the player may ask for a range."""
    app = get_app(call, biz_id)
    file = call.store.find(File, task_id=task_id, stream=stream, serial=serial)
    if not file or not call.store.find(Task, task_id=task_id, biz_id=biz_id):
        raise UNKNOWN_FILE(biz_id=biz_id)
    wanted = {name: value for name, value in call.request.headers.items() if name == "range"}
    found = account.read_object(call, app.bucket, app.region, file.name, wanted)
    kept = tuple((name, value) for name, value in found.headers if name.lower() in _OF_AN_OBJECT)
    headers = (*kept, ("Content-Type", "audio/mpeg"), ("X-Content-Type-Options", "nosniff"))
    return Response(found.status, headers, found.body)


@CONSOLE.operation("ShowStyle", match="GET /console/style.css")
def show_style(call: Call) -> Response:  # noqa: ARG001 - an operation's first parameter
    return Response(200, (("Content-Type", "text/css; charset=utf-8"),), _style())


@cache
def _style() -> bytes:
    return read("style.css").encode()
