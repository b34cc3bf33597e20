"""What the forms of the page do. A refusal shows the page again, with the reason and what was filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects.web import see_other
from gme_recording.localcloud.messages import Response
from gme_recording.localcloud.refusal import CloudError
from gme_recording.localcloud.services.admin.errors import INVALID_VALUE
from gme_recording.localcloud.services.admin.operations import recording, rooms, state
from gme_recording.localcloud.services.console import account, recording_section, settings
from gme_recording.localcloud.services.console.errors import EMPTY_NAME, NO_BUCKET_NAME, UNKNOWN_APPLICATION
from gme_recording.localcloud.services.console.operations.pages import details
from gme_recording.localcloud.services.console.page import Extras, refused
from gme_recording.localcloud.services.console.recording_section import Form
from gme_recording.localcloud.services.console.routes import CONSOLE
from gme_recording.localcloud.services.console.settings import Settings, get_app
from gme_recording.localcloud.services.gme import mischief
from gme_recording.localcloud.services.gme.model import App, Mode, new_app

APPLICATION = "/console/applications/{biz_id}"


@CONSOLE.operation("CreateApplication", match="POST /console/applications", refuses=(EMPTY_NAME,))
def create_application(call: Call, *, name: str) -> Response:
    if not name.strip():
        raise EMPTY_NAME(name=name)
    app = call.store.add(new_app(call.store, name, call.principal.owner_uin, created=call.now))
    return see_other(f"/console/applications/{app.biz_id}?done=created")


@CONSOLE.operation("SaveRecording", match=f"POST {APPLICATION}/recording", refuses=(UNKNOWN_APPLICATION,))
def save_recording(  # noqa: PLR0913 - the fields of the form
    call: Call,
    *,
    biz_id: int,
    recording: bool,
    scope: str,
    bind: str = "existing",
    bucket: str = "",
    new_bucket: str = "",
    new_region: str = "",
    callback_url: str = "",
    full_mode: int = Mode.MIXED,
    grant: bool = False,
) -> Response:
    """Save; the first activation shows the pop-up first, which sends the same form with `grant`."""
    app = get_app(call, biz_id)
    form = Form(
        recording=recording,
        scope=scope,
        bind=bind,
        bucket=bucket,
        new_bucket=new_bucket,
        new_region=new_region,
        callback_url=callback_url,
        full_mode=full_mode,
    )
    if grant:
        account.grant(call)
    elif recording and not account.has_granted(call):
        return details(call, app, form, Extras(popup=recording_section.authorization(app, form)))
    try:
        if bind == "new":
            form = _with_new_bucket(call, app, form)
        _save(call, app, form)
    except CloudError as refusal:
        return details(call, app, form, Extras(notice=refused(refusal)))
    return see_other(f"/console/applications/{biz_id}?done=saved")


def _with_new_bucket(call: Call, app: App, form: Form) -> Form:
    """The bucket stays whatever becomes of the settings, as in the vendor's pop-up."""
    if not form.new_bucket:
        raise NO_BUCKET_NAME(biz_id=app.biz_id)
    name = f"{form.new_bucket}-{call.principal.appid}"
    account.create_bucket(call, name, form.new_region)
    return replace(form, bind="existing", bucket=f"{name} {form.new_region}")


def _save(call: Call, app: App, form: Form) -> None:
    bucket, _, region = form.bucket.partition(" ")
    wanted = Settings(
        recording=form.recording,
        scope=form.scope,
        bucket=bucket,
        region=region,
        callback_url=form.callback_url,
        full_mode=form.full_mode,
    )
    settings.save(call, app, wanted)


@CONSOLE.operation("Join", match=f"POST {APPLICATION}/rooms/join", refuses=(UNKNOWN_APPLICATION,))
def join(call: Call, *, biz_id: int, room_id: str, user_id: str, microphone: bool = False) -> Response:
    return _in_room(
        call,
        biz_id,
        lambda: rooms.join_room(call, biz_id=biz_id, room_id=room_id, user_id=user_id, microphone=microphone),
    )


@CONSOLE.operation("Leave", match=f"POST {APPLICATION}/rooms/leave", refuses=(UNKNOWN_APPLICATION,))
def leave(call: Call, *, biz_id: int, room_id: str, user_id: str, on: bool = False) -> Response:  # noqa: ARG001
    """`on` belongs to the other button of the same form."""
    return _in_room(
        call, biz_id, lambda: rooms.leave_room(call, biz_id=biz_id, room_id=room_id, user_id=user_id)
    )


@CONSOLE.operation("Microphone", match=f"POST {APPLICATION}/rooms/microphone", refuses=(UNKNOWN_APPLICATION,))
def microphone(call: Call, *, biz_id: int, room_id: str, user_id: str, on: bool) -> Response:
    return _in_room(
        call,
        biz_id,
        lambda: rooms.set_microphone(call, biz_id=biz_id, room_id=room_id, user_id=user_id, on=on),
    )


def _in_room(call: Call, biz_id: int, act: Callable[[], object]) -> Response:
    app = get_app(call, biz_id)
    try:
        act()
    except CloudError as refusal:
        return details(call, app, None, Extras(notice=refused(refusal)))
    return see_other(f"/console/applications/{biz_id}#rooms")


@CONSOLE.operation("PlanCallback", match=f"POST {APPLICATION}/mischief", refuses=(UNKNOWN_APPLICATION,))
def plan_callback(call: Call, *, biz_id: int, next: str) -> Response:  # noqa: A002 - the field's name
    """Add to what is planned for the coming callbacks, whichever application they belong to."""
    app = get_app(call, biz_id)
    try:
        recording.plan_mischief(call, next=[*mischief.planned(call.store), next])
    except CloudError as refusal:
        return details(call, app, None, Extras(notice=refused(refusal)))
    return see_other(f"/console/applications/{biz_id}#callbacks")


@CONSOLE.operation("Advance", match="POST /console/clock", refuses=(INVALID_VALUE,))
def advance(call: Call, *, hours: float, back: str = "/console") -> Response:
    """Move the cloud's clock forward and return to the page; never to another site."""
    state.advance_clock(call, advance=hours * 3600)
    parts = urlsplit(back)
    own = not parts.scheme and not parts.netloc and parts.path.startswith("/console") and back.isprintable()
    return see_other(back if own else "/console")
